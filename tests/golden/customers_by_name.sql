WITH "leading" AS 
(SELECT customer_3.id AS id, ((((customer_3.flags & CASE WHEN (customer_3.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_3.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_3.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_3.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_3.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, 0 + row_number() OVER (ORDER BY customer_3.display_name ASC, customer_3.id ASC) AS rank 
FROM core.customer AS customer_3 
WHERE customer_3.status != 'ERASED' AND lower(customer_3.display_name) LIKE $4::VARCHAR AND (lower(customer_3.display_name) ~>=~ $2::VARCHAR) AND (lower(customer_3.display_name) ~<~ $5::VARCHAR) AND customer_3.flags & 64 != 64 AND customer_3.flags & 64 != 64 ORDER BY customer_3.display_name ASC, customer_3.id ASC 
 LIMIT 10), 
"trailing" AS 
(SELECT customer_3.id AS id, ((((customer_3.flags & CASE WHEN (customer_3.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_3.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_3.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_3.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_3.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, (SELECT count(*) AS count_2 
FROM "leading") + row_number() OVER (ORDER BY customer_3.id ASC) AS rank 
FROM core.customer AS customer_3 
WHERE customer_3.status != 'ERASED' AND lower(customer_3.display_name) LIKE $4::VARCHAR AND (lower(customer_3.display_name) ~>=~ $2::VARCHAR) AND (lower(customer_3.display_name) ~<~ $5::VARCHAR) AND customer_3.flags & 64 != 64 AND customer_3.flags & 64 = 64 AND (SELECT count(*) AS count_2 
FROM "leading") < 10 ORDER BY customer_3.id ASC 
 LIMIT 10)
 SELECT concat('{"nodes":[', coalesce(string_agg(concat('{"number":', coalesce(CAST(to_json(customer_1.number) AS TEXT), 'null'), ',"displayName":', coalesce(CAST(to_json(CASE WHEN (anon_1.flags & 64 != 64) THEN customer_1.display_name END) AS TEXT), 'null'), '}'), ',' ORDER BY anon_1.rank ASC) FILTER (WHERE anon_1.rank <= 10), ''), '],"totalCount":', CAST((SELECT count(*) AS count_1 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND lower(customer_2.display_name) LIKE $1::VARCHAR AND (lower(customer_2.display_name) ~>=~ $2::VARCHAR) AND (lower(customer_2.display_name) ~<~ $3::VARCHAR) AND customer_2.flags & 64 != 64) AS TEXT), '}') AS answer, array_agg(anon_1.id ORDER BY anon_1.rank ASC) FILTER (WHERE anon_1.rank <= 10) AS anon_2, array_agg(anon_1.flags ORDER BY anon_1.rank ASC) FILTER (WHERE anon_1.rank <= 10) AS anon_3, max(anon_1.as_of) AS max_1 
FROM (SELECT anon_4.id AS id, anon_4.flags AS flags, anon_4.as_of AS as_of, anon_4.rank AS rank 
FROM (SELECT "leading".id AS id, "leading".flags AS flags, "leading".as_of AS as_of, "leading".rank AS rank 
FROM "leading" UNION ALL SELECT "trailing".id AS id, "trailing".flags AS flags, "trailing".as_of AS as_of, "trailing".rank AS rank 
FROM "trailing") AS anon_4 ORDER BY anon_4.rank 
 LIMIT 10) AS anon_1 JOIN core.customer AS customer_1 ON customer_1.id = anon_1.id;

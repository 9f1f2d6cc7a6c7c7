WITH "leading" AS 
(SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, 0 + row_number() OVER (ORDER BY customer_2.id ASC) AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND customer_2.kind = $1::VARCHAR AND customer_2.flags & 64 = 64 ORDER BY customer_2.id ASC 
 LIMIT 4), 
"trailing" AS 
(SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, (SELECT count(*) AS count_1 
FROM "leading") + row_number() OVER (ORDER BY customer_2.display_name ASC, customer_2.id ASC) AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND customer_2.kind = $1::VARCHAR AND customer_2.flags & 64 != 64 AND (SELECT count(*) AS count_1 
FROM "leading") < 4 ORDER BY customer_2.display_name ASC, customer_2.id ASC 
 LIMIT 4)
 SELECT concat('{"nodes":[', coalesce(string_agg(concat('{"number":', coalesce(CAST(to_json(customer_1.number) AS TEXT), 'null'), ',"displayName":', coalesce(CAST(to_json(CASE WHEN (anon_1.flags & 64 != 64) THEN customer_1.display_name END) AS TEXT), 'null'), '}'), ',' ORDER BY anon_1.rank DESC) FILTER (WHERE anon_1.rank <= 3), ''), '],"pageInfo":{"hasNextPage":false,"hasPreviousPage":', coalesce(CASE WHEN (count(*) > 3) THEN 'true' WHEN (count(*) <= 3) THEN 'false' END, 'null'), '}}') AS answer, array_agg(anon_1.id ORDER BY anon_1.rank ASC) FILTER (WHERE anon_1.rank <= 3) AS anon_2, array_agg(anon_1.flags ORDER BY anon_1.rank ASC) FILTER (WHERE anon_1.rank <= 3) AS anon_3, max(anon_1.as_of) AS max_1 
FROM (SELECT anon_4.id AS id, anon_4.flags AS flags, anon_4.as_of AS as_of, anon_4.rank AS rank 
FROM (SELECT "leading".id AS id, "leading".flags AS flags, "leading".as_of AS as_of, "leading".rank AS rank 
FROM "leading" UNION ALL SELECT "trailing".id AS id, "trailing".flags AS flags, "trailing".as_of AS as_of, "trailing".rank AS rank 
FROM "trailing") AS anon_4 ORDER BY anon_4.rank 
 LIMIT 4) AS anon_1 JOIN core.customer AS customer_1 ON customer_1.id = anon_1.id;

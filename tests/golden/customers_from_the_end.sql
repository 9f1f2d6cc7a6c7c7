SELECT its.*, asker.place 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS asker(p0, place) JOIN LATERAL (SELECT concat('{"nodes":[', coalesce(string_agg(concat('{"number":', json_scalar(found.number), ',"displayName":', coalesce(CAST(json_scalar(CASE WHEN (found.flags_now & 64 != 64) THEN found.display_name END) AS TEXT), 'null'), '}'), ',' ORDER BY found.rank DESC) FILTER (WHERE found.rank <= 3), ''), '],"pageInfo":{"hasNextPage":false,"hasPreviousPage":', CASE WHEN (count(*) > 3) THEN 'true' WHEN (count(*) <= 3) THEN 'false' END, '}}') AS answer, array_agg(found.id ORDER BY found.rank ASC) FILTER (WHERE found.rank <= 3) AS anon_1, array_agg(found.flags_now ORDER BY found.rank ASC) FILTER (WHERE found.rank <= 3) AS anon_2, max(found.as_of) AS max_1 
FROM (SELECT anon_3.id AS id, anon_3.flags_now AS flags_now, anon_3.as_of AS as_of, anon_3.number AS number, anon_3.display_name AS display_name, anon_3.rank AS rank 
FROM (WITH "leading" AS 
(SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_1.number AS number, customer_1.display_name AS display_name, 0 + row_number() OVER (ORDER BY customer_1.id ASC) AS rank 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.kind = asker.p0 AND customer_1.flags & 64 = 64 ORDER BY customer_1.id ASC 
 LIMIT 4), 
"trailing" AS 
(SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_1.number AS number, customer_1.display_name AS display_name, (SELECT count(*) AS count_1 
FROM "leading") + row_number() OVER (ORDER BY customer_1.display_name ASC, customer_1.id ASC) AS rank 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.kind = asker.p0 AND customer_1.flags & 64 != 64 AND (SELECT count(*) AS count_1 
FROM "leading") < 4 ORDER BY customer_1.display_name ASC, customer_1.id ASC 
 LIMIT 4)
 SELECT "leading".id AS id, "leading".flags_now AS flags_now, "leading".as_of AS as_of, "leading".number AS number, "leading".display_name AS display_name, "leading".rank AS rank 
FROM "leading" UNION ALL SELECT "trailing".id AS id, "trailing".flags_now AS flags_now, "trailing".as_of AS as_of, "trailing".number AS number, "trailing".display_name AS display_name, "trailing".rank AS rank 
FROM "trailing") AS anon_3 ORDER BY anon_3.rank 
 LIMIT 4) AS found) AS its ON true;

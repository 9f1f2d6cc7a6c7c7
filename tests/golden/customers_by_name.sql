SELECT its.*, asker.place 
FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::TEXT[]) WITH ORDINALITY AS asker(p0, p1, p2, p3, p4, place) JOIN LATERAL (SELECT concat('{"nodes":[', coalesce(string_agg(concat('{"number":', json_scalar(found.number), ',"displayName":', coalesce(CAST(json_scalar(CASE WHEN (found.flags_now & 64 != 64) THEN found.display_name END) AS TEXT), 'null'), '}'), ',' ORDER BY found.rank ASC) FILTER (WHERE found.rank <= 10), ''), '],"totalCount":', CAST((SELECT count(*) AS count_1 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND lower(customer_1.display_name) LIKE asker.p0 AND (lower(customer_1.display_name) ~>=~ asker.p2) AND (lower(customer_1.display_name) ~<~ asker.p1) AND customer_1.flags & 64 != 64) AS TEXT), '}') AS answer, array_agg(found.id ORDER BY found.rank ASC) FILTER (WHERE found.rank <= 10) AS anon_1, array_agg(found.flags_now ORDER BY found.rank ASC) FILTER (WHERE found.rank <= 10) AS anon_2, max(found.as_of) AS max_1 
FROM (SELECT anon_3.id AS id, anon_3.flags_now AS flags_now, anon_3.as_of AS as_of, anon_3.number AS number, anon_3.display_name AS display_name, anon_3.rank AS rank 
FROM (WITH "leading" AS 
(SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_2.number AS number, customer_2.display_name AS display_name, 0 + row_number() OVER (ORDER BY customer_2.display_name ASC, customer_2.id ASC) AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND lower(customer_2.display_name) LIKE asker.p3 AND (lower(customer_2.display_name) ~>=~ asker.p2) AND (lower(customer_2.display_name) ~<~ asker.p4) AND customer_2.flags & 64 != 64 AND customer_2.flags & 64 != 64 ORDER BY customer_2.display_name ASC, customer_2.id ASC 
 LIMIT 10), 
"trailing" AS 
(SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_2.number AS number, customer_2.display_name AS display_name, (SELECT count(*) AS count_2 
FROM "leading") + row_number() OVER (ORDER BY customer_2.id ASC) AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND lower(customer_2.display_name) LIKE asker.p3 AND (lower(customer_2.display_name) ~>=~ asker.p2) AND (lower(customer_2.display_name) ~<~ asker.p4) AND customer_2.flags & 64 != 64 AND customer_2.flags & 64 = 64 AND (SELECT count(*) AS count_2 
FROM "leading") < 10 ORDER BY customer_2.id ASC 
 LIMIT 10)
 SELECT "leading".id AS id, "leading".flags_now AS flags_now, "leading".as_of AS as_of, "leading".number AS number, "leading".display_name AS display_name, "leading".rank AS rank 
FROM "leading" UNION ALL SELECT "trailing".id AS id, "trailing".flags_now AS flags_now, "trailing".as_of AS as_of, "trailing".number AS number, "trailing".display_name AS display_name, "trailing".rank AS rank 
FROM "trailing") AS anon_3 ORDER BY anon_3.rank 
 LIMIT 10) AS found) AS its ON true;

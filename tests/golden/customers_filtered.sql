WITH "leading" AS 
(SELECT customer_3.id AS id, ((((customer_3.flags & CASE WHEN (customer_3.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_3.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_3.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_3.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_3.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, 0 + row_number() OVER (ORDER BY customer_3.since DESC, customer_3.id DESC) AS rank 
FROM core.customer AS customer_3 
WHERE customer_3.status != 'ERASED' AND customer_3.flags & 64 != 64 AND customer_3.status = ANY ($2::TEXT[]) AND customer_3.country = ANY ($3::TEXT[]) AND customer_3.since >= $4::DATE AND customer_3.since IS NOT NULL ORDER BY customer_3.since DESC, customer_3.id DESC 
 LIMIT 6), 
"trailing" AS 
(SELECT customer_3.id AS id, ((((customer_3.flags & CASE WHEN (customer_3.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_3.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_3.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_3.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_3.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, (SELECT count(*) AS count_2 
FROM "leading") + row_number() OVER (ORDER BY customer_3.id DESC) AS rank 
FROM core.customer AS customer_3 
WHERE customer_3.status != 'ERASED' AND customer_3.flags & 64 != 64 AND customer_3.status = ANY ($2::TEXT[]) AND customer_3.country = ANY ($3::TEXT[]) AND customer_3.since >= $4::DATE AND customer_3.since IS NULL AND (SELECT count(*) AS count_2 
FROM "leading") < 6 ORDER BY customer_3.id DESC 
 LIMIT 6)
 SELECT concat('{"edges":[', coalesce(string_agg(concat('{"cursor":"', CAST(customer_1.id AS TEXT), '","node":{"number":', coalesce(CAST(to_json(customer_1.number) AS TEXT), 'null'), ',"since":', coalesce(CAST(to_json(customer_1.since) AS TEXT), 'null'), ',"country":', coalesce('"' || CAST(customer_1.country AS TEXT) || '"', 'null'), ',"sales":{"orders":{"nodes":[', array_to_string(array((SELECT concat('{"number":', coalesce(CAST(to_json(sales_order_1.number) AS TEXT), 'null'), '}') AS concat_1 
FROM sales.sales_order AS sales_order_1 
WHERE sales_order_1.customer_id = anon_1.id AND (sales_order_1.retain_until IS NULL OR sales_order_1.retain_until >= CAST(anon_1.as_of AS DATE)) ORDER BY sales_order_1.placed_at DESC, sales_order_1.id DESC 
 LIMIT 1)), ','), ']}}}}'), ',' ORDER BY anon_1.rank ASC) FILTER (WHERE anon_1.rank <= $1::INTEGER), ''), '],"pageInfo":{"hasNextPage":', coalesce(CASE WHEN (count(*) > $1::INTEGER) THEN 'true' WHEN (count(*) <= $1::INTEGER) THEN 'false' END, 'null'), ',"hasPreviousPage":false,"endCursor":', coalesce('"' || CAST((array_agg(CAST(anon_1.id AS TEXT) ORDER BY anon_1.rank DESC) FILTER (WHERE anon_1.rank <= $1::INTEGER))[1] AS TEXT) || '"', 'null'), '},"totalCount":', CAST((SELECT count(*) AS count_1 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND customer_2.flags & 64 != 64 AND customer_2.status = ANY ($2::TEXT[]) AND customer_2.country = ANY ($3::TEXT[]) AND customer_2.since >= $4::DATE) AS TEXT), '}') AS answer, array_agg(anon_1.id ORDER BY anon_1.rank ASC) FILTER (WHERE anon_1.rank <= $1::INTEGER) AS anon_2, array_agg(anon_1.flags ORDER BY anon_1.rank ASC) FILTER (WHERE anon_1.rank <= $1::INTEGER) AS anon_3, max(anon_1.as_of) AS max_1 
FROM (SELECT anon_4.id AS id, anon_4.flags AS flags, anon_4.as_of AS as_of, anon_4.rank AS rank 
FROM (SELECT "leading".id AS id, "leading".flags AS flags, "leading".as_of AS as_of, "leading".rank AS rank 
FROM "leading" UNION ALL SELECT "trailing".id AS id, "trailing".flags AS flags, "trailing".as_of AS as_of, "trailing".rank AS rank 
FROM "trailing") AS anon_4 ORDER BY anon_4.rank 
 LIMIT 6) AS anon_1 JOIN core.customer AS customer_1 ON customer_1.id = anon_1.id;

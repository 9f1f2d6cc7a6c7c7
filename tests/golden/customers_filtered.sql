SELECT its.*, asker.place 
FROM unnest($1::INTEGER[], $2::DATE[]) WITH ORDINALITY AS asker(p0, p3, place) JOIN LATERAL (SELECT concat('{"edges":[', coalesce(string_agg(concat('{"cursor":"', CAST(found.id AS TEXT), '","node":{"number":', json_scalar(found.number), ',"since":', coalesce(CAST(json_scalar(found.since) AS TEXT), 'null'), ',"country":', coalesce('"' || found.country || '"', 'null'), ',"sales":{"orders":{"nodes":[', array_to_string(array((SELECT concat('{"number":', json_scalar(sales_order_1.number), '}') AS concat_1 
FROM sales.sales_order AS sales_order_1 
WHERE sales_order_1.customer_id = found.id AND (sales_order_1.retain_until IS NULL OR sales_order_1.retain_until >= CAST(found.as_of AS DATE)) ORDER BY sales_order_1.placed_at DESC, sales_order_1.id DESC 
 LIMIT 1)), ','), ']}}}}'), ',' ORDER BY found.rank ASC) FILTER (WHERE found.rank <= asker.p0), ''), '],"pageInfo":{"hasNextPage":', CASE WHEN (count(*) > asker.p0) THEN 'true' WHEN (count(*) <= asker.p0) THEN 'false' END, ',"hasPreviousPage":false,"endCursor":', coalesce('"' || (array_agg(CAST(found.id AS TEXT) ORDER BY found.rank DESC) FILTER (WHERE found.rank <= asker.p0))[1] || '"', 'null'), '},"totalCount":', CAST((SELECT count(*) AS count_1 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.flags & 64 != 64 AND customer_1.status = ANY ($3::TEXT[]) AND customer_1.country = ANY ($4::TEXT[]) AND customer_1.since >= asker.p3) AS TEXT), '}') AS answer, array_agg(found.id ORDER BY found.rank ASC) FILTER (WHERE found.rank <= asker.p0) AS anon_1, array_agg(found.flags_now ORDER BY found.rank ASC) FILTER (WHERE found.rank <= asker.p0) AS anon_2, max(found.as_of) AS max_1 
FROM (SELECT anon_3.id AS id, anon_3.flags_now AS flags_now, anon_3.as_of AS as_of, anon_3.number AS number, anon_3.since AS since, anon_3.country AS country, anon_3.rank AS rank 
FROM (WITH "leading" AS 
(SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_2.number AS number, customer_2.since AS since, customer_2.country AS country, 0 + row_number() OVER (ORDER BY customer_2.since DESC, customer_2.id DESC) AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND customer_2.flags & 64 != 64 AND customer_2.status = ANY ($3::TEXT[]) AND customer_2.country = ANY ($4::TEXT[]) AND customer_2.since >= asker.p3 AND customer_2.since IS NOT NULL ORDER BY customer_2.since DESC, customer_2.id DESC 
 LIMIT 6), 
"trailing" AS 
(SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_2.number AS number, customer_2.since AS since, customer_2.country AS country, (SELECT count(*) AS count_2 
FROM "leading") + row_number() OVER (ORDER BY customer_2.id DESC) AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND customer_2.flags & 64 != 64 AND customer_2.status = ANY ($3::TEXT[]) AND customer_2.country = ANY ($4::TEXT[]) AND customer_2.since >= asker.p3 AND customer_2.since IS NULL AND (SELECT count(*) AS count_2 
FROM "leading") < 6 ORDER BY customer_2.id DESC 
 LIMIT 6)
 SELECT "leading".id AS id, "leading".flags_now AS flags_now, "leading".as_of AS as_of, "leading".number AS number, "leading".since AS since, "leading".country AS country, "leading".rank AS rank 
FROM "leading" UNION ALL SELECT "trailing".id AS id, "trailing".flags_now AS flags_now, "trailing".as_of AS as_of, "trailing".number AS number, "trailing".since AS since, "trailing".country AS country, "trailing".rank AS rank 
FROM "trailing") AS anon_3 ORDER BY anon_3.rank 
 LIMIT 6) AS found) AS its ON true;

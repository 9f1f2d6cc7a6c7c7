SELECT concat('{"displayName":', coalesce(CAST(to_json(CASE WHEN (anon_1.flags & 64 != 64) THEN customer_1.display_name END) AS TEXT), 'null'), ',"status":', coalesce('"' || CAST(customer_1.status AS TEXT) || '"', 'null'), ',"sales":{"orders":', CASE WHEN (anon_1.flags & 64 != 64) THEN concat('{"nodes":[', array_to_string(array((SELECT concat('{"number":', coalesce(CAST(to_json(sales_order_1.number) AS TEXT), 'null'), '}') AS concat_1 
FROM sales.sales_order AS sales_order_1 
WHERE sales_order_1.customer_id = anon_1.id AND (sales_order_1.retain_until IS NULL OR sales_order_1.retain_until >= CAST(anon_1.as_of AS DATE)) ORDER BY sales_order_1.placed_at DESC, sales_order_1.id DESC 
 LIMIT 2)), ','), ']}') ELSE 'null' END, '}}') AS answer, ARRAY[anon_1.id] AS anon_2, ARRAY[anon_1.flags] AS anon_3, anon_1.as_of 
FROM (SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, 1 AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND customer_2.number = $1::VARCHAR ORDER BY customer_2.id 
 LIMIT 1) AS anon_1 JOIN core.customer AS customer_1 ON customer_1.id = anon_1.id;

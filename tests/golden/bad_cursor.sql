SELECT concat('{"number":', coalesce(CAST(to_json(customer_1.number) AS TEXT), 'null'), ',"sales":{"orders":', CASE WHEN (anon_1.flags & 64 != 64) THEN CASE WHEN (EXISTS (SELECT '1' 
FROM sales.sales_order AS sales_order_1 
WHERE sales_order_1.customer_id = anon_1.id AND (sales_order_1.retain_until IS NULL OR sales_order_1.retain_until >= CAST(anon_1.as_of AS DATE)) AND sales_order_1.id = $1::UUID)) THEN concat('{"nodes":[', array_to_string(array((SELECT concat('{"number":', coalesce(CAST(to_json(sales_order_2.number) AS TEXT), 'null'), '}') AS concat_1 
FROM sales.sales_order AS sales_order_2 
WHERE sales_order_2.customer_id = anon_1.id AND (sales_order_2.retain_until IS NULL OR sales_order_2.retain_until >= CAST(anon_1.as_of AS DATE)) AND (sales_order_2.placed_at, sales_order_2.id) < ((SELECT sales_order_3.placed_at 
FROM sales.sales_order AS sales_order_3 
WHERE sales_order_3.customer_id = anon_1.id AND (sales_order_3.retain_until IS NULL OR sales_order_3.retain_until >= CAST(anon_1.as_of AS DATE)) AND sales_order_3.id = $1::UUID), $1::UUID) AND (EXISTS (SELECT '1' 
FROM sales.sales_order AS sales_order_4 
WHERE sales_order_4.customer_id = anon_1.id AND (sales_order_4.retain_until IS NULL OR sales_order_4.retain_until >= CAST(anon_1.as_of AS DATE)) AND sales_order_4.id = $1::UUID)) ORDER BY sales_order_2.placed_at DESC, sales_order_2.id DESC 
 LIMIT 10)), ','), ']}') ELSE E'"\\u0000cursor"' END ELSE 'null' END, ',"productsOwned":', CASE WHEN (anon_1.flags & 64 != 64) THEN concat('[', array_to_string(array((SELECT concat('{"quantity":', coalesce('"' || CAST(owned_product_1.quantity AS TEXT) || '"', 'null'), '}') AS concat_2 
FROM sales.owned_product AS owned_product_1 
WHERE owned_product_1.customer_id = anon_1.id ORDER BY owned_product_1.last_bought_on DESC, owned_product_1.product_id DESC)), ','), ']') ELSE 'null' END, '}}') AS answer, ARRAY[anon_1.id] AS anon_2, ARRAY[anon_1.flags] AS anon_3, anon_1.as_of 
FROM (SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, 1 AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND customer_2.number = $2::VARCHAR ORDER BY customer_2.id 
 LIMIT 1) AS anon_1 JOIN core.customer AS customer_1 ON customer_1.id = anon_1.id;

SELECT its.*, asker.place 
FROM unnest($1::UUID[], $2::TEXT[]) WITH ORDINALITY AS asker(p0, p1, place) JOIN LATERAL (SELECT concat('{"number":', json_scalar(found.number), ',"sales":{"orders":', CASE WHEN (found.flags_now & 64 != 64) THEN CASE WHEN (EXISTS (SELECT '1' 
FROM sales.sales_order AS sales_order_1 
WHERE sales_order_1.customer_id = found.id AND (sales_order_1.retain_until IS NULL OR sales_order_1.retain_until >= CAST(found.as_of AS DATE)) AND sales_order_1.id = asker.p0)) THEN concat('{"nodes":[', array_to_string(array((SELECT concat('{"number":', json_scalar(sales_order_2.number), '}') AS concat_1 
FROM sales.sales_order AS sales_order_2 
WHERE sales_order_2.customer_id = found.id AND (sales_order_2.retain_until IS NULL OR sales_order_2.retain_until >= CAST(found.as_of AS DATE)) AND (sales_order_2.placed_at, sales_order_2.id) < ((SELECT sales_order_3.placed_at 
FROM sales.sales_order AS sales_order_3 
WHERE sales_order_3.customer_id = found.id AND (sales_order_3.retain_until IS NULL OR sales_order_3.retain_until >= CAST(found.as_of AS DATE)) AND sales_order_3.id = asker.p0), asker.p0) AND (EXISTS (SELECT '1' 
FROM sales.sales_order AS sales_order_4 
WHERE sales_order_4.customer_id = found.id AND (sales_order_4.retain_until IS NULL OR sales_order_4.retain_until >= CAST(found.as_of AS DATE)) AND sales_order_4.id = asker.p0)) ORDER BY sales_order_2.placed_at DESC, sales_order_2.id DESC 
 LIMIT 10)), ','), ']}') ELSE E'\U0000001C"cursor"' END ELSE 'null' END, ',"productsOwned":', CASE WHEN (found.flags_now & 64 != 64) THEN concat('[', array_to_string(array((SELECT concat('{"quantity":"', owned_product_1.quantity, '"}') AS concat_2 
FROM sales.owned_product AS owned_product_1 
WHERE owned_product_1.customer_id = found.id ORDER BY owned_product_1.last_bought_on DESC, owned_product_1.product_id DESC)), ','), ']') ELSE 'null' END, '}}') AS answer, ARRAY[found.id] AS anon_1, ARRAY[found.flags_now] AS anon_2, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_1.number AS number 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.number = asker.p1 ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

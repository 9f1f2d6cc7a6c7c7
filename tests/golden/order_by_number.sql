SELECT its.*, asker.place 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS asker(p0, place) JOIN LATERAL (SELECT coalesce((SELECT concat('{"id":"', concat('Order_', sales_order_1.customer_id, '_', sales_order_1.id), '","state":"', sales_order_1.state, '","lines":[', array_to_string(array((SELECT concat('{"position":', order_line_1.position, ',"quantity":"', order_line_1.quantity, '"}') AS concat_2 
FROM sales.order_line AS order_line_1 
WHERE order_line_1.customer_id = found.id AND order_line_1.order_id = sales_order_1.id ORDER BY order_line_1.position ASC, order_line_1.position ASC)), ','), '],"customer":{"number":', json_scalar(found.number), '}}') AS concat_1 
FROM sales.sales_order AS sales_order_1 
WHERE sales_order_1.customer_id = found.id AND sales_order_1.number = asker.p0 AND (sales_order_1.retain_until IS NULL OR sales_order_1.retain_until >= CAST(found.as_of AS DATE)) 
 LIMIT 1), 'null') AS answer, ARRAY[found.id] AS anon_1, ARRAY[found.flags_now] AS anon_2, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_1.number AS number 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.flags & 64 != 64 AND customer_1.id = (SELECT sales_order_2.customer_id 
FROM sales.sales_order AS sales_order_2 
WHERE sales_order_2.number = asker.p0 
 LIMIT 1) ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

SELECT its.*, asker.place 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS asker(p0, place) JOIN LATERAL (SELECT concat('{"sales":{"orders":', CASE WHEN (found.flags_now & 64 != 64) THEN concat('{"nodes":[', array_to_string(array((SELECT concat('{"number":', json_scalar(sales_order_1.number), ',"customer":{"displayName":', json_scalar(found.display_name), ',"finance":{"balance":', coalesce((SELECT concat('{"amount":"', (SELECT coalesce(sum(account_1.balance), 0.00) AS coalesce_1 
FROM finance.account AS account_1 
WHERE account_1.currency = anon_1.currency AND account_1.customer_id = found.id), '","currency":"', anon_1.currency, '"}') AS concat_2 
FROM (SELECT billing_1.currency AS currency 
FROM finance.billing AS billing_1 
WHERE billing_1.customer_id = found.id) AS anon_1), 'null'), '},"sales":{"orders":{"nodes":[', array_to_string(array((SELECT concat('{"number":', json_scalar(sales_order_2.number), ',"customer":{"number":', json_scalar(found.number), '}}') AS concat_3 
FROM sales.sales_order AS sales_order_2 
WHERE sales_order_2.customer_id = found.id AND (sales_order_2.retain_until IS NULL OR sales_order_2.retain_until >= CAST(found.as_of AS DATE)) ORDER BY sales_order_2.placed_at DESC, sales_order_2.id DESC 
 LIMIT 1)), ','), ']}}}}') AS concat_1 
FROM sales.sales_order AS sales_order_1 
WHERE sales_order_1.customer_id = found.id AND (sales_order_1.retain_until IS NULL OR sales_order_1.retain_until >= CAST(found.as_of AS DATE)) ORDER BY sales_order_1.placed_at DESC, sales_order_1.id DESC 
 LIMIT 2)), ','), ']}') ELSE 'null' END, '}}') AS answer, ARRAY[found.id] AS anon_2, ARRAY[found.flags_now] AS anon_3, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_1.display_name AS display_name, customer_1.number AS number 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.number = asker.p0 ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

SELECT its.*, asker.place 
FROM unnest($1::UUID[], $2::INTEGER[], $3::TEXT[]) WITH ORDINALITY AS asker(p0, p1, p2, place) JOIN LATERAL (SELECT concat('{"sales":{"orders":', CASE WHEN (found.flags_now & 64 != 64) THEN CASE WHEN (EXISTS (SELECT '1' 
FROM sales.sales_order AS sales_order_1 
WHERE sales_order_1.customer_id = found.id AND (sales_order_1.retain_until IS NULL OR sales_order_1.retain_until >= CAST(found.as_of AS DATE)) AND sales_order_1.id = asker.p0)) THEN (SELECT concat('{"edges":[', coalesce(string_agg(anon_1.answer0, ',' ORDER BY anon_1.rank ASC) FILTER (WHERE asker.p1 >= anon_1.rank), ''), '],"pageInfo":{"hasNextPage":', CASE WHEN (count(*) > asker.p1) THEN 'true' WHEN (count(*) <= asker.p1) THEN 'false' END, ',"hasPreviousPage":true,"startCursor":', coalesce('"' || (array_agg(CAST(anon_1.id AS TEXT) ORDER BY anon_1.rank ASC) FILTER (WHERE asker.p1 >= anon_1.rank))[1] || '"', 'null'), ',"endCursor":', coalesce('"' || (array_agg(CAST(anon_1.id AS TEXT) ORDER BY anon_1.rank DESC) FILTER (WHERE asker.p1 >= anon_1.rank))[1] || '"', 'null'), '}}') AS concat_1 
FROM (SELECT concat('{"cursor":"', CAST(sales_order_2.id AS TEXT), '","node":{"number":', json_scalar(sales_order_2.number), ',"lines":[', array_to_string(array((SELECT concat('{"position":', order_line_1.position, ',"product":', coalesce((SELECT concat('{"name":', json_scalar(product_1.name), '}') AS concat_3 
FROM sales.product AS product_1 
WHERE product_1.id = order_line_1.product_id 
 LIMIT 1), 'null'), '}') AS concat_2 
FROM sales.order_line AS order_line_1 
WHERE order_line_1.customer_id = found.id AND order_line_1.order_id = sales_order_2.id ORDER BY order_line_1.position ASC, order_line_1.position ASC)), ','), ']}}') AS answer0, sales_order_2.id AS id, row_number() OVER (ORDER BY sales_order_2.placed_at DESC, sales_order_2.id DESC) AS rank 
FROM sales.sales_order AS sales_order_2 
WHERE sales_order_2.customer_id = found.id AND (sales_order_2.retain_until IS NULL OR sales_order_2.retain_until >= CAST(found.as_of AS DATE)) AND (sales_order_2.placed_at, sales_order_2.id) < ((SELECT sales_order_3.placed_at 
FROM sales.sales_order AS sales_order_3 
WHERE sales_order_3.customer_id = found.id AND (sales_order_3.retain_until IS NULL OR sales_order_3.retain_until >= CAST(found.as_of AS DATE)) AND sales_order_3.id = asker.p0), asker.p0) AND (EXISTS (SELECT '1' 
FROM sales.sales_order AS sales_order_4 
WHERE sales_order_4.customer_id = found.id AND (sales_order_4.retain_until IS NULL OR sales_order_4.retain_until >= CAST(found.as_of AS DATE)) AND sales_order_4.id = asker.p0)) ORDER BY sales_order_2.placed_at DESC, sales_order_2.id DESC 
 LIMIT 6) AS anon_1 
HAVING true) ELSE E'\U0000001C"cursor"' END ELSE 'null' END, '},"service":{"tickets":', CASE WHEN (found.flags_now & 64 != 64) THEN concat('{"nodes":[', array_to_string(array((SELECT concat('{"number":', json_scalar(ticket_1.number), ',"messages":', (SELECT concat('{"nodes":[', coalesce(string_agg(anon_2.answer0, ',' ORDER BY anon_2.rank ASC) FILTER (WHERE anon_2.rank <= 1), ''), '],"pageInfo":{"hasNextPage":', CASE WHEN (count(*) > 1) THEN 'true' WHEN (count(*) <= 1) THEN 'false' END, '}}') AS concat_5 
FROM (SELECT concat('{"direction":"', message_1.direction, '","sentAt":', json_scalar(message_1.sent_at), '}') AS answer0, message_1.id AS id, row_number() OVER (ORDER BY message_1.sent_at DESC, message_1.id DESC) AS rank 
FROM service.message AS message_1 
WHERE message_1.customer_id = found.id AND message_1.ticket_id = ticket_1.id ORDER BY message_1.sent_at DESC, message_1.id DESC 
 LIMIT 2) AS anon_2 
HAVING true), '}') AS concat_4 
FROM service.ticket AS ticket_1 
WHERE ticket_1.customer_id = found.id AND (ticket_1.retain_until IS NULL OR ticket_1.retain_until >= CAST(found.as_of AS DATE)) ORDER BY ticket_1.opened_at DESC, ticket_1.id DESC 
 LIMIT 2)), ','), ']}') ELSE 'null' END, '}}') AS answer, ARRAY[found.id] AS anon_3, ARRAY[found.flags_now] AS anon_4, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.number = asker.p2 ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

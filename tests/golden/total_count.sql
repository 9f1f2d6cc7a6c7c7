SELECT its.*, asker.place 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS asker(p3, place) JOIN LATERAL (SELECT concat('{"sales":{"orders":', CASE WHEN (found.flags_now & 64 != 64) THEN concat('{"totalCount":', CAST((SELECT count(*) AS count_1 
FROM sales.sales_order AS sales_order_1 
WHERE sales_order_1.customer_id = found.id AND (sales_order_1.retain_until IS NULL OR sales_order_1.retain_until >= CAST(found.as_of AS DATE))) AS TEXT), '}') ELSE 'null' END, ',"done":', CASE WHEN (found.flags_now & 64 != 64) THEN concat('{"totalCount":', CAST((SELECT count(*) AS count_2 
FROM sales.sales_order AS sales_order_2 
WHERE sales_order_2.customer_id = found.id AND (sales_order_2.retain_until IS NULL OR sales_order_2.retain_until >= CAST(found.as_of AS DATE)) AND sales_order_2.state = ANY ($2::TEXT[])) AS TEXT), ',"nodes":[', array_to_string(array((SELECT concat('{"state":"', sales_order_3.state, '"}') AS concat_1 
FROM sales.sales_order AS sales_order_3 
WHERE sales_order_3.customer_id = found.id AND (sales_order_3.retain_until IS NULL OR sales_order_3.retain_until >= CAST(found.as_of AS DATE)) AND sales_order_3.state = ANY ($2::TEXT[]) ORDER BY sales_order_3.placed_at DESC, sales_order_3.id DESC 
 LIMIT 1)), ','), ']}') ELSE 'null' END, ',"none":', CASE WHEN (found.flags_now & 64 != 64) THEN concat('{"totalCount":', CAST((SELECT count(*) AS count_3 
FROM sales.sales_order AS sales_order_4 
WHERE sales_order_4.customer_id = found.id AND (sales_order_4.retain_until IS NULL OR sales_order_4.retain_until >= CAST(found.as_of AS DATE)) AND sales_order_4.state = ANY ($3::TEXT[])) AS TEXT), '}') ELSE 'null' END, '},"service":{"openTicketCount":', coalesce(CAST(CASE WHEN (found.flags_now & 64 != 64) THEN (SELECT count(*) AS count_4 
FROM service.ticket AS ticket_1 
WHERE ticket_1.customer_id = found.id AND ticket_1.status IN ('ACKNOWLEDGED', 'PENDING', 'HELD', 'IN_PROGRESS') AND (ticket_1.retain_until IS NULL OR ticket_1.retain_until >= CAST(found.as_of AS DATE))) END AS TEXT), 'null'), ',"tickets":', CASE WHEN (found.flags_now & 64 != 64) THEN concat('{"totalCount":', CAST((SELECT count(*) AS count_5 
FROM service.ticket AS ticket_2 
WHERE ticket_2.customer_id = found.id AND (ticket_2.retain_until IS NULL OR ticket_2.retain_until >= CAST(found.as_of AS DATE)) AND ticket_2.kind = ANY ($4::TEXT[])) AS TEXT), '}') ELSE 'null' END, '}}') AS answer, ARRAY[found.id] AS anon_1, ARRAY[found.flags_now] AS anon_2, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.number = asker.p3 ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

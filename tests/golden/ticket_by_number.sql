SELECT its.*, asker.place 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS asker(p0, place) JOIN LATERAL (SELECT CASE WHEN (found.flags_now & 64 != 64) THEN CASE WHEN (found.flags_now & 64 != 64) THEN coalesce((SELECT concat('{"id":"', concat('Ticket_', ticket_1.customer_id, '_', ticket_1.id), '","subject":', json_scalar(ticket_1.subject), ',"messages":{"nodes":[', array_to_string(array((SELECT concat('{"direction":"', message_1.direction, '","channel":"', message_1.channel, '"}') AS concat_2 
FROM service.message AS message_1 
WHERE message_1.customer_id = found.id AND message_1.ticket_id = ticket_1.id ORDER BY message_1.sent_at DESC, message_1.id DESC 
 LIMIT 2)), ','), ']},"customer":{"displayName":', json_scalar(found.display_name), '}}') AS concat_1 
FROM service.ticket AS ticket_1 
WHERE ticket_1.customer_id = found.id AND ticket_1.number = asker.p0 AND (ticket_1.retain_until IS NULL OR ticket_1.retain_until >= CAST(found.as_of AS DATE)) 
 LIMIT 1), 'null') ELSE 'null' END ELSE 'null' END AS answer, ARRAY[found.id] AS anon_1, ARRAY[found.flags_now] AS anon_2, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_1.display_name AS display_name 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.id = (SELECT ticket_2.customer_id 
FROM service.ticket AS ticket_2 
WHERE ticket_2.number = asker.p0 
 LIMIT 1) ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

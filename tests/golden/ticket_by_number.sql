SELECT CASE WHEN (anon_1.flags & 64 != 64) THEN CASE WHEN (anon_1.flags & 64 != 64) THEN coalesce((SELECT concat('{"id":', concat('"', CAST(concat('Ticket_', ticket_1.customer_id, '_', ticket_1.id) AS TEXT), '"'), ',"subject":', coalesce(CAST(to_json(ticket_1.subject) AS TEXT), 'null'), ',"messages":{"nodes":[', array_to_string(array((SELECT concat('{"direction":', coalesce('"' || CAST(message_1.direction AS TEXT) || '"', 'null'), ',"channel":', coalesce('"' || CAST(message_1.channel AS TEXT) || '"', 'null'), '}') AS concat_2 
FROM service.message AS message_1 
WHERE message_1.customer_id = anon_1.id AND message_1.ticket_id = ticket_1.id ORDER BY message_1.sent_at DESC, message_1.id DESC 
 LIMIT 2)), ','), ']},"customer":{"displayName":', coalesce(CAST(to_json(customer_1.display_name) AS TEXT), 'null'), '}}') AS concat_1 
FROM service.ticket AS ticket_1 
WHERE ticket_1.customer_id = anon_1.id AND ticket_1.number = $1::VARCHAR AND (ticket_1.retain_until IS NULL OR ticket_1.retain_until >= CAST(anon_1.as_of AS DATE)) 
 LIMIT 1), 'null') ELSE 'null' END ELSE 'null' END AS answer, ARRAY[anon_1.id] AS anon_2, ARRAY[anon_1.flags] AS anon_3, anon_1.as_of 
FROM (SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, 1 AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND customer_2.id = (SELECT ticket_2.customer_id 
FROM service.ticket AS ticket_2 
WHERE ticket_2.number = $1::VARCHAR 
 LIMIT 1) ORDER BY customer_2.id 
 LIMIT 1) AS anon_1 JOIN core.customer AS customer_1 ON customer_1.id = anon_1.id;

SELECT its.*, asker.place 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS asker(p0, place) JOIN LATERAL (SELECT coalesce((SELECT concat('{"id":"', concat('Invoice_', invoice_1.customer_id, '_', invoice_1.id), '","number":', json_scalar(invoice_1.number), ',"state":"', invoice_1.state, '","openAmount":{"amount":"', invoice_1.open_amount, '","currency":"', invoice_1.currency, '"},"customer":{"number":', json_scalar(found.number), ',"displayName":', json_scalar(found.display_name), '}}') AS concat_1 
FROM finance.invoice AS invoice_1 
WHERE invoice_1.customer_id = found.id AND invoice_1.number = asker.p0 AND (invoice_1.retain_until IS NULL OR invoice_1.retain_until >= CAST(found.as_of AS DATE)) 
 LIMIT 1), 'null') AS answer, ARRAY[found.id] AS anon_1, ARRAY[found.flags_now] AS anon_2, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_1.number AS number, customer_1.display_name AS display_name 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.id = (SELECT invoice_2.customer_id 
FROM finance.invoice AS invoice_2 
WHERE invoice_2.number = asker.p0 
 LIMIT 1) ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

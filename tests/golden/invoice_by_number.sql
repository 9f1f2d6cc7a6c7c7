SELECT coalesce((SELECT concat('{"id":', concat('"', CAST(concat('Invoice_', invoice_1.customer_id, '_', invoice_1.id) AS TEXT), '"'), ',"number":', coalesce(CAST(to_json(invoice_1.number) AS TEXT), 'null'), ',"state":', coalesce('"' || CAST(invoice_1.state AS TEXT) || '"', 'null'), ',"openAmount":', CASE WHEN (invoice_1.open_amount IS NOT NULL AND invoice_1.currency IS NOT NULL) THEN concat('{"amount":"', CAST(invoice_1.open_amount AS TEXT), '","currency":"', CAST(invoice_1.currency AS TEXT), '"}') ELSE 'null' END, ',"customer":{"number":', coalesce(CAST(to_json(customer_1.number) AS TEXT), 'null'), ',"displayName":', coalesce(CAST(to_json(customer_1.display_name) AS TEXT), 'null'), '}}') AS concat_1 
FROM finance.invoice AS invoice_1 
WHERE invoice_1.customer_id = anon_1.id AND invoice_1.number = $1::VARCHAR AND (invoice_1.retain_until IS NULL OR invoice_1.retain_until >= CAST(anon_1.as_of AS DATE)) 
 LIMIT 1), 'null') AS answer, ARRAY[anon_1.id] AS anon_2, ARRAY[anon_1.flags] AS anon_3, anon_1.as_of 
FROM (SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, 1 AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND customer_2.id = (SELECT invoice_2.customer_id 
FROM finance.invoice AS invoice_2 
WHERE invoice_2.number = $1::VARCHAR 
 LIMIT 1) ORDER BY customer_2.id 
 LIMIT 1) AS anon_1 JOIN core.customer AS customer_1 ON customer_1.id = anon_1.id;

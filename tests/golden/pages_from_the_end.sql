SELECT its.*, asker.place 
FROM unnest($1::UUID[], $2::UUID[], $3::UUID[], $4::TEXT[]) WITH ORDINALITY AS asker(p0, p1, p2, p3, place) JOIN LATERAL (SELECT concat('{"finance":{"oldest":', CASE WHEN (EXISTS (SELECT '1' 
FROM finance.invoice AS invoice_1 
WHERE invoice_1.customer_id = found.id AND (invoice_1.retain_until IS NULL OR invoice_1.retain_until >= CAST(found.as_of AS DATE)) AND invoice_1.id = asker.p0)) THEN (SELECT concat('{"nodes":[', coalesce(string_agg(anon_1.answer0, ',' ORDER BY anon_1.rank DESC) FILTER (WHERE anon_1.rank <= 2), ''), '],"pageInfo":{"hasNextPage":true,"hasPreviousPage":', CASE WHEN (count(*) > 2) THEN 'true' WHEN (count(*) <= 2) THEN 'false' END, '}}') AS concat_1 
FROM (SELECT concat('{"number":', json_scalar(invoice_2.number), ',"issuedOn":', json_scalar(invoice_2.issued_on), '}') AS answer0, invoice_2.id AS id, row_number() OVER (ORDER BY invoice_2.issued_on ASC, invoice_2.id ASC) AS rank 
FROM finance.invoice AS invoice_2 
WHERE invoice_2.customer_id = found.id AND (invoice_2.retain_until IS NULL OR invoice_2.retain_until >= CAST(found.as_of AS DATE)) AND (invoice_2.issued_on, invoice_2.id) > ((SELECT invoice_3.issued_on 
FROM finance.invoice AS invoice_3 
WHERE invoice_3.customer_id = found.id AND (invoice_3.retain_until IS NULL OR invoice_3.retain_until >= CAST(found.as_of AS DATE)) AND invoice_3.id = asker.p0), asker.p0) AND (EXISTS (SELECT '1' 
FROM finance.invoice AS invoice_4 
WHERE invoice_4.customer_id = found.id AND (invoice_4.retain_until IS NULL OR invoice_4.retain_until >= CAST(found.as_of AS DATE)) AND invoice_4.id = asker.p0)) ORDER BY invoice_2.issued_on ASC, invoice_2.id ASC 
 LIMIT 3) AS anon_1 
HAVING true) ELSE E'\U0000001C"cursor"' END, ',"between":', CASE WHEN ((EXISTS (SELECT '1' 
FROM finance.invoice AS invoice_5 
WHERE invoice_5.customer_id = found.id AND (invoice_5.retain_until IS NULL OR invoice_5.retain_until >= CAST(found.as_of AS DATE)) AND invoice_5.id = asker.p1)) AND (EXISTS (SELECT '1' 
FROM finance.invoice AS invoice_6 
WHERE invoice_6.customer_id = found.id AND (invoice_6.retain_until IS NULL OR invoice_6.retain_until >= CAST(found.as_of AS DATE)) AND invoice_6.id = asker.p2))) THEN (SELECT concat('{"nodes":[', coalesce(string_agg(anon_2.answer0, ',' ORDER BY anon_2.rank ASC) FILTER (WHERE anon_2.rank <= 10), ''), '],"pageInfo":{"hasNextPage":', CASE WHEN (count(*) > 10) THEN 'true' WHEN (count(*) <= 10) THEN 'false' END, ',"hasPreviousPage":true}}') AS concat_2 
FROM (SELECT concat('{"number":', json_scalar(invoice_7.number), '}') AS answer0, invoice_7.id AS id, row_number() OVER (ORDER BY invoice_7.issued_on DESC, invoice_7.id DESC) AS rank 
FROM finance.invoice AS invoice_7 
WHERE invoice_7.customer_id = found.id AND (invoice_7.retain_until IS NULL OR invoice_7.retain_until >= CAST(found.as_of AS DATE)) AND (invoice_7.issued_on, invoice_7.id) < ((SELECT invoice_8.issued_on 
FROM finance.invoice AS invoice_8 
WHERE invoice_8.customer_id = found.id AND (invoice_8.retain_until IS NULL OR invoice_8.retain_until >= CAST(found.as_of AS DATE)) AND invoice_8.id = asker.p1), asker.p1) AND (EXISTS (SELECT '1' 
FROM finance.invoice AS invoice_9 
WHERE invoice_9.customer_id = found.id AND (invoice_9.retain_until IS NULL OR invoice_9.retain_until >= CAST(found.as_of AS DATE)) AND invoice_9.id = asker.p1)) AND (invoice_7.issued_on, invoice_7.id) > ((SELECT invoice_10.issued_on 
FROM finance.invoice AS invoice_10 
WHERE invoice_10.customer_id = found.id AND (invoice_10.retain_until IS NULL OR invoice_10.retain_until >= CAST(found.as_of AS DATE)) AND invoice_10.id = asker.p2), asker.p2) AND (EXISTS (SELECT '1' 
FROM finance.invoice AS invoice_11 
WHERE invoice_11.customer_id = found.id AND (invoice_11.retain_until IS NULL OR invoice_11.retain_until >= CAST(found.as_of AS DATE)) AND invoice_11.id = asker.p2)) ORDER BY invoice_7.issued_on DESC, invoice_7.id DESC 
 LIMIT 11) AS anon_2 
HAVING true) ELSE E'\U0000001C"cursor"' END, '}}') AS answer, ARRAY[found.id] AS anon_3, ARRAY[found.flags_now] AS anon_4, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.number = asker.p3 ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

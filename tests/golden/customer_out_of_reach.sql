SELECT its.*, asker.place 
FROM unnest($1::UUID[], $2::TEXT[]) WITH ORDINALITY AS asker(p0, p1, place) JOIN LATERAL (SELECT concat('{"number":', json_scalar(found.number), '}') AS answer, ARRAY[found.id] AS anon_1, ARRAY[found.flags_now] AS anon_2, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_1.number AS number 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.id = asker.p0 AND customer_1.number = asker.p1 ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

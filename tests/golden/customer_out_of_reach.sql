SELECT concat('{"number":', coalesce(CAST(to_json(customer_1.number) AS TEXT), 'null'), '}') AS answer, ARRAY[anon_2.id] AS anon_1, ARRAY[anon_2.flags] AS anon_3, anon_2.as_of 
FROM (SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, 1 AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND customer_2.id = $1::UUID AND customer_2.number = $2::VARCHAR ORDER BY customer_2.id 
 LIMIT 1) AS anon_2 JOIN core.customer AS customer_1 ON customer_1.id = anon_2.id;

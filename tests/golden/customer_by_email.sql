SELECT concat('{"number":', coalesce(CAST(to_json(customer_1.number) AS TEXT), 'null'), ',"emailAddresses":[', array_to_string(array((SELECT concat('{"address":', coalesce(CAST(to_json(contact_point_1.value) AS TEXT), 'null'), ',"domain":', coalesce(CAST(to_json(split_part(contact_point_1.value, '@', 2)) AS TEXT), 'null'), '}') AS concat_1 
FROM core.contact_point AS contact_point_1 
WHERE contact_point_1.customer_id = anon_1.id AND contact_point_1.kind = 'EMAIL' ORDER BY contact_point_1.is_primary DESC, contact_point_1.id DESC)), ','), ']}') AS answer, ARRAY[anon_1.id] AS anon_2, ARRAY[anon_1.flags] AS anon_3, anon_1.as_of 
FROM (SELECT customer_2.id AS id, ((((customer_2.flags & CASE WHEN (customer_2.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_2.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_2.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_2.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_2.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags, now() AS as_of, 1 AS rank 
FROM core.customer AS customer_2 
WHERE customer_2.status != 'ERASED' AND customer_2.flags & 64 != 64 AND customer_2.id IN (SELECT contact_point_2.customer_id 
FROM core.contact_point AS contact_point_2 
WHERE contact_point_2.kind = 'EMAIL' AND contact_point_2.value = $1::VARCHAR AND (contact_point_2.valid_to IS NULL OR contact_point_2.valid_to > CAST(now() AS DATE)) AND (contact_point_2.valid_from IS NULL OR contact_point_2.valid_from <= CAST(now() AS DATE))) ORDER BY customer_2.id 
 LIMIT 1) AS anon_1 JOIN core.customer AS customer_1 ON customer_1.id = anon_1.id;

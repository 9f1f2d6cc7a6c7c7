SELECT its.*, asker.place 
FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[]) WITH ORDINALITY AS asker(p0, p1, p2, place) JOIN LATERAL (SELECT concat('{"number":', json_scalar(found.number), ',"phoneNumbers":[', array_to_string(array((SELECT concat('{"number":', coalesce(CAST(json_scalar(contact_point_1.value) AS TEXT), 'null'), ',"isPrimary":', CASE WHEN contact_point_1.is_primary THEN 'true' WHEN NOT contact_point_1.is_primary THEN 'false' END, '}') AS concat_1 
FROM core.contact_point AS contact_point_1 
WHERE contact_point_1.customer_id = found.id AND contact_point_1.kind = 'PHONE' ORDER BY contact_point_1.is_primary DESC, contact_point_1.id DESC)), ','), ']}') AS answer, ARRAY[found.id] AS anon_1, ARRAY[found.flags_now] AS anon_2, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_1.number AS number 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.id IN (SELECT contact_point_2.customer_id 
FROM core.contact_point AS contact_point_2 
WHERE contact_point_2.value = ANY (ARRAY[asker.p0, asker.p1]) AND contact_point_2.extension IS NOT DISTINCT FROM asker.p2 AND contact_point_2.kind = 'PHONE' AND (contact_point_2.valid_to IS NULL OR contact_point_2.valid_to > CAST(now() AS DATE)) AND (contact_point_2.valid_from IS NULL OR contact_point_2.valid_from <= CAST(now() AS DATE))) AND customer_1.flags & 64 != 64 ORDER BY customer_1.id 
 LIMIT 2) AS found) AS its ON true;

SELECT its.*, asker.place 
FROM unnest($1::UUID[], $2::TEXT[], $3::TEXT[], $4::TEXT[]) WITH ORDINALITY AS asker(p0, p1, p2, p3, place) JOIN LATERAL (SELECT concat('{"number":', json_scalar(found.number), ',"identifiers":[', array_to_string(array((SELECT concat('{"system":', json_scalar(identifier_1.system), ',"type":', json_scalar(identifier_1.type), ',"value":', json_scalar(identifier_1.value), ',"isVerified":', CASE WHEN identifier_1.is_verified THEN 'true' WHEN NOT identifier_1.is_verified THEN 'false' END, ',"firstSeenAt":', coalesce(CAST(json_scalar(identifier_1.first_seen_at) AS TEXT), 'null'), '}') AS concat_1 
FROM core.identifier AS identifier_1 
WHERE identifier_1.customer_id = found.id ORDER BY identifier_1.system ASC, identifier_1.type ASC, identifier_1.id ASC)), ','), ']}') AS answer, ARRAY[found.id] AS anon_1, ARRAY[found.flags_now] AS anon_2, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_1.number AS number 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.id = asker.p0 AND (EXISTS (SELECT identifier_2.id 
FROM core.identifier AS identifier_2 
WHERE identifier_2.customer_id = customer_1.id AND identifier_2.system = asker.p1 AND identifier_2.type = asker.p2 AND identifier_2.value = asker.p3)) ORDER BY customer_1.id 
 LIMIT 2) AS found) AS its ON true;

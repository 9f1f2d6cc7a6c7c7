SELECT its.*, asker.place 
FROM unnest($1::TEXT[], $2::TEXT[], $3::TEXT[]) WITH ORDINALITY AS asker(p0, p1, p2, place) JOIN LATERAL (SELECT concat('{"number":', json_scalar(found.number), ',"displayName":', json_scalar(found.display_name), ',"finance":{"balance":null},"service":{"openTicketCount":null,"tickets":null},"marketing":{"segments":[', array_to_string(array((SELECT concat('{"name":', json_scalar(anon_1.name), '}') AS concat_1 
FROM (SELECT marketing.segment_membership.customer_id AS customer_id, marketing.segment_membership.segment_id AS segment_id, marketing.segment_membership.entered_on AS entered_on, marketing.segment_membership.because AS because, its.name AS name, its.definition AS definition 
FROM marketing.segment_membership JOIN LATERAL (SELECT marketing.segment.name AS name, marketing.segment.definition AS definition 
FROM marketing.segment 
WHERE marketing.segment.id = marketing.segment_membership.segment_id 
 LIMIT 1) AS its ON true) AS anon_1 
WHERE anon_1.customer_id = found.id ORDER BY anon_1.entered_on DESC, anon_1.segment_id DESC)), ','), '],"loyalty":', coalesce((SELECT concat('{"tier":"', loyalty_1.tier, '"}') AS concat_2 
FROM marketing.loyalty AS loyalty_1 
WHERE loyalty_1.customer_id = found.id 
 LIMIT 1), 'null'), '}}') AS answer, ARRAY[found.id] AS anon_2, ARRAY[found.flags_now] AS anon_3, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of, customer_1.number AS number, customer_1.display_name AS display_name 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.flags & 64 != 64 AND customer_1.id IN (SELECT contact_point_1.customer_id 
FROM core.contact_point AS contact_point_1 
WHERE contact_point_1.value = ANY (ARRAY[asker.p0, asker.p1]) AND contact_point_1.extension IS NOT DISTINCT FROM asker.p2 AND contact_point_1.kind = 'PHONE' AND (contact_point_1.valid_to IS NULL OR contact_point_1.valid_to > CAST(now() AS DATE)) AND (contact_point_1.valid_from IS NULL OR contact_point_1.valid_from <= CAST(now() AS DATE))) AND (((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END) & 1 != 0 AND customer_1.flags & 16 != 16 AND customer_1.flags & 64 != 64 ORDER BY customer_1.id 
 LIMIT 2) AS found) AS its ON true;

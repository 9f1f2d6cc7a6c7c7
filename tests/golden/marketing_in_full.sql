SELECT its.*, asker.place 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS asker(p0, place) JOIN LATERAL (SELECT concat('{"marketing":{"id":"', found.id, '","campaigns":[', array_to_string(array((SELECT concat('{"code":', json_scalar(campaign_1.code), ',"name":', json_scalar(campaign_1.name), ',"channel":"', campaign_1.channel, '","startsOn":', json_scalar(campaign_1.starts_on), ',"endsOn":', coalesce(CAST(json_scalar(campaign_1.ends_on) AS TEXT), 'null'), '}') AS concat_1 
FROM marketing.campaign AS campaign_1 
WHERE campaign_1.id IN (SELECT touchpoint_1.campaign_id 
FROM marketing.touchpoint AS touchpoint_1 
WHERE touchpoint_1.customer_id = found.id AND (touchpoint_1.retain_until IS NULL OR touchpoint_1.retain_until >= CAST(found.as_of AS DATE))) ORDER BY campaign_1.starts_on DESC, campaign_1.id DESC)), ','), '],"segments":[', array_to_string(array((SELECT concat('{"name":', json_scalar(anon_1.name), ',"definition":', json_scalar(anon_1.definition), ',"enteredOn":', json_scalar(anon_1.entered_on), ',"because":', coalesce(CAST(json_scalar(anon_1.because) AS TEXT), 'null'), '}') AS concat_2 
FROM (SELECT marketing.segment_membership.customer_id AS customer_id, marketing.segment_membership.segment_id AS segment_id, marketing.segment_membership.entered_on AS entered_on, marketing.segment_membership.because AS because, its.name AS name, its.definition AS definition 
FROM marketing.segment_membership JOIN LATERAL (SELECT marketing.segment.name AS name, marketing.segment.definition AS definition 
FROM marketing.segment 
WHERE marketing.segment.id = marketing.segment_membership.segment_id 
 LIMIT 1) AS its ON true) AS anon_1 
WHERE anon_1.customer_id = found.id ORDER BY anon_1.entered_on DESC, anon_1.segment_id DESC)), ','), '],"interests":[', array_to_string(array((SELECT concat('{"topic":', json_scalar(interest_1.topic), ',"score":', interest_1.score, ',"updatedAt":', json_scalar(interest_1.updated_at), '}') AS concat_3 
FROM marketing.interest AS interest_1 
WHERE interest_1.customer_id = found.id ORDER BY interest_1.score DESC, interest_1.topic DESC)), ','), '],"scores":', coalesce((SELECT concat('{"rfm":', CASE WHEN (score_1.recency_days IS NOT NULL OR score_1.frequency IS NOT NULL OR score_1.monetary IS NOT NULL OR score_1.rfm_code IS NOT NULL) THEN concat('{"recencyDays":', coalesce(CAST(score_1.recency_days AS TEXT), 'null'), ',"frequency":', coalesce(CAST(score_1.frequency AS TEXT), 'null'), ',"monetary":', CASE WHEN (score_1.monetary IS NOT NULL AND score_1.currency IS NOT NULL) THEN concat('{"amount":"', score_1.monetary, '","currency":"', score_1.currency, '"}') ELSE 'null' END, ',"code":', coalesce(CAST(json_scalar(score_1.rfm_code) AS TEXT), 'null'), '}') ELSE 'null' END, ',"lifetimeValue":', CASE WHEN (score_1.lifetime_value IS NOT NULL) THEN concat('{"amount":', CASE WHEN (score_1.lifetime_value IS NOT NULL AND score_1.currency IS NOT NULL) THEN concat('{"amount":"', score_1.lifetime_value, '","currency":"', score_1.currency, '"}') ELSE 'null' END, ',"horizonDays":', coalesce(CAST(score_1.lifetime_horizon_days AS TEXT), 'null'), ',"model":', coalesce(CAST(json_scalar(score_1.lifetime_model) AS TEXT), 'null'), '}') ELSE 'null' END, ',"churn":', CASE WHEN (score_1.churn_probability IS NOT NULL) THEN concat('{"probability":', coalesce(CAST(score_1.churn_probability AS TEXT), 'null'), ',"horizonDays":', coalesce(CAST(score_1.churn_horizon_days AS TEXT), 'null'), ',"model":', coalesce(CAST(json_scalar(score_1.churn_model) AS TEXT), 'null'), '}') ELSE 'null' END, ',"computedAt":', json_scalar(score_1.computed_at), '}') AS concat_4 
FROM marketing.score AS score_1 
WHERE score_1.customer_id = found.id 
 LIMIT 1), 'null'), ',"loyalty":', coalesce((SELECT concat('{"program":', json_scalar(loyalty_1.program), ',"tier":"', loyalty_1.tier, '","points":', loyalty_1.points, ',"expiringPoints":', coalesce(CAST(loyalty_1.expiring_points AS TEXT), 'null'), ',"expiringOn":', coalesce(CAST(json_scalar(loyalty_1.expiring_on) AS TEXT), 'null'), '}') AS concat_5 
FROM marketing.loyalty AS loyalty_1 
WHERE loyalty_1.customer_id = found.id 
 LIMIT 1), 'null'), ',"touchpoints":{"nodes":[', array_to_string(array((SELECT concat('{"id":"', concat('Touchpoint_', touchpoint_2.customer_id, '_', touchpoint_2.id), '","campaign":', coalesce((SELECT concat('{"name":', json_scalar(campaign_2.name), '}') AS concat_7 
FROM marketing.campaign AS campaign_2 
WHERE campaign_2.id = touchpoint_2.campaign_id 
 LIMIT 1), 'null'), ',"channel":"', touchpoint_2.channel, '","outcome":"', touchpoint_2.outcome, '","occurredAt":', json_scalar(touchpoint_2.occurred_at), ',"revenue":', CASE WHEN (touchpoint_2.revenue IS NOT NULL AND touchpoint_2.currency IS NOT NULL) THEN concat('{"amount":"', touchpoint_2.revenue, '","currency":"', touchpoint_2.currency, '"}') ELSE 'null' END, '}') AS concat_6 
FROM marketing.touchpoint AS touchpoint_2 
WHERE touchpoint_2.customer_id = found.id AND (touchpoint_2.retain_until IS NULL OR touchpoint_2.retain_until >= CAST(found.as_of AS DATE)) ORDER BY touchpoint_2.occurred_at DESC, touchpoint_2.id DESC 
 LIMIT 10)), ','), ']}}}') AS answer, ARRAY[found.id] AS anon_2, ARRAY[found.flags_now] AS anon_3, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.number = asker.p0 ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

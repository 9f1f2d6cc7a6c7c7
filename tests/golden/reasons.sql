SELECT its.*, asker.place 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS asker(p0, place) JOIN LATERAL (SELECT concat('{"sales":{"recommendations":', CASE WHEN (found.flags_now & 32 != 32 AND found.flags_now & 64 != 64) THEN concat('[', array_to_string(array((SELECT concat('{"id":"', concat('Recommendation_', recommendation_1.customer_id, '_', recommendation_1.id), '","product":', coalesce((SELECT concat('{"name":', json_scalar(product_1.name), '}') AS concat_2 
FROM sales.product AS product_1 
WHERE product_1.id = recommendation_1.product_id 
 LIMIT 1), 'null'), ',"kind":"', recommendation_1.kind, '","score":', recommendation_1.score, ',"reason":', CASE WHEN (recommendation_1.reason_kind = 'BOUGHT_TOGETHER') THEN concat('{"product":', coalesce((SELECT concat('{"name":', json_scalar(product_2.name), '}') AS concat_3 
FROM sales.product AS product_2 
WHERE product_2.id = recommendation_1.antecedent_product_id 
 LIMIT 1), 'null'), ',"support":', coalesce(CAST(recommendation_1.support AS TEXT), 'null'), ',"confidence":', coalesce(CAST(recommendation_1.confidence AS TEXT), 'null'), ',"lift":', coalesce(CAST(recommendation_1.lift AS TEXT), 'null'), '}') WHEN (recommendation_1.reason_kind = 'REPURCHASE') THEN concat('{"intervalDays":', coalesce(CAST(recommendation_1.interval_days AS TEXT), 'null'), ',"lastBoughtOn":', coalesce(CAST(json_scalar(recommendation_1.last_bought_on) AS TEXT), 'null'), '}') WHEN (recommendation_1.reason_kind = 'POPULAR_IN_SEGMENT') THEN concat('{"segment":', coalesce(CAST(json_scalar(recommendation_1.segment) AS TEXT), 'null'), ',"share":', coalesce(CAST(recommendation_1.share AS TEXT), 'null'), '}') ELSE 'null' END, ',"model":', json_scalar(recommendation_1.model), ',"computedAt":', json_scalar(recommendation_1.computed_at), '}') AS concat_1 
FROM sales.recommendation AS recommendation_1 
WHERE recommendation_1.customer_id = found.id ORDER BY recommendation_1.score DESC, recommendation_1.id DESC)), ','), ']') ELSE 'null' END, '}}') AS answer, ARRAY[found.id] AS anon_1, ARRAY[found.flags_now] AS anon_2, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.number = asker.p0 ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

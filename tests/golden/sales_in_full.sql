SELECT its.*, asker.place 
FROM unnest($1::TEXT[]) WITH ORDINALITY AS asker(p0, place) JOIN LATERAL (SELECT concat('{"sales":{"id":"', found.id, '","productsOwned":[', array_to_string(array((SELECT concat('{"product":', coalesce((SELECT concat('{"sku":', json_scalar(product_1.sku), ',"name":', json_scalar(product_1.name), ',"category":', coalesce(CAST(json_scalar(product_1.category) AS TEXT), 'null'), ',"listPrice":', CASE WHEN (product_1.list_price IS NOT NULL AND product_1.currency IS NOT NULL) THEN concat('{"amount":"', product_1.list_price, '","currency":"', product_1.currency, '"}') ELSE 'null' END, '}') AS concat_2 
FROM sales.product AS product_1 
WHERE product_1.id = owned_product_1.product_id 
 LIMIT 1), 'null'), ',"ownedSince":', json_scalar(owned_product_1.owned_since), ',"lastBoughtOn":', json_scalar(owned_product_1.last_bought_on), ',"quantity":"', owned_product_1.quantity, '"}') AS concat_1 
FROM sales.owned_product AS owned_product_1 
WHERE owned_product_1.customer_id = found.id ORDER BY owned_product_1.last_bought_on DESC, owned_product_1.product_id DESC)), ','), '],"orders":{"nodes":[', array_to_string(array((SELECT concat('{"id":"', concat('Order_', sales_order_1.customer_id, '_', sales_order_1.id), '","number":', json_scalar(sales_order_1.number), ',"placedAt":', json_scalar(sales_order_1.placed_at), ',"state":"', sales_order_1.state, '","channel":"', sales_order_1.channel, '","total":{"amount":"', sales_order_1.total, '","currency":"', sales_order_1.currency, '"},"lines":[', array_to_string(array((SELECT concat('{"position":', order_line_1.position, ',"product":', coalesce((SELECT concat('{"sku":', json_scalar(product_2.sku), '}') AS concat_5 
FROM sales.product AS product_2 
WHERE product_2.id = order_line_1.product_id 
 LIMIT 1), 'null'), ',"quantity":"', order_line_1.quantity, '","unitPrice":{"amount":"', order_line_1.unit_price, '","currency":"', order_line_1.currency, '"},"discountPercent":', coalesce('"' || CAST(order_line_1.discount_percent AS TEXT) || '"', 'null'), ',"amount":{"amount":"', order_line_1.amount, '","currency":"', order_line_1.currency, '"}}') AS concat_4 
FROM sales.order_line AS order_line_1 
WHERE order_line_1.customer_id = found.id AND order_line_1.order_id = sales_order_1.id ORDER BY order_line_1.position ASC, order_line_1.position ASC)), ','), ']}') AS concat_3 
FROM sales.sales_order AS sales_order_1 
WHERE sales_order_1.customer_id = found.id AND (sales_order_1.retain_until IS NULL OR sales_order_1.retain_until >= CAST(found.as_of AS DATE)) ORDER BY sales_order_1.placed_at DESC, sales_order_1.id DESC 
 LIMIT 2)), ','), ']},"opportunities":{"nodes":[', array_to_string(array((SELECT concat('{"id":"', concat('Opportunity_', opportunity_1.customer_id, '_', opportunity_1.id), '","name":', json_scalar(opportunity_1.name), ',"stage":"', opportunity_1.stage, '","amount":{"amount":"', opportunity_1.amount, '","currency":"', opportunity_1.currency, '"},"probability":', opportunity_1.probability, ',"openedOn":', json_scalar(opportunity_1.opened_on), ',"expectedCloseOn":', coalesce(CAST(json_scalar(opportunity_1.expected_close_on) AS TEXT), 'null'), ',"owner":', coalesce(CAST(json_scalar(opportunity_1.owner) AS TEXT), 'null'), '}') AS concat_6 
FROM sales.opportunity AS opportunity_1 
WHERE opportunity_1.customer_id = found.id ORDER BY opportunity_1.opened_on DESC, opportunity_1.id DESC 
 LIMIT 10)), ','), ']},"quotes":{"nodes":[', array_to_string(array((SELECT concat('{"id":"', concat('Quote_', quote_1.customer_id, '_', quote_1.id), '","number":', json_scalar(quote_1.number), ',"state":"', quote_1.state, '","issuedOn":', json_scalar(quote_1.issued_on), ',"validUntil":', coalesce(CAST(json_scalar(quote_1.valid_until) AS TEXT), 'null'), ',"total":{"amount":"', quote_1.total, '","currency":"', quote_1.currency, '"}}') AS concat_7 
FROM sales.quote AS quote_1 
WHERE quote_1.customer_id = found.id ORDER BY quote_1.issued_on DESC, quote_1.id DESC 
 LIMIT 10)), ','), ']}}}') AS answer, ARRAY[found.id] AS anon_1, ARRAY[found.flags_now] AS anon_2, found.as_of 
FROM (SELECT customer_1.id AS id, ((((customer_1.flags & CASE WHEN (customer_1.direct_marketing_until <= now()) THEN -2 ELSE -1 END) & CASE WHEN (customer_1.profiling_until <= now()) THEN -3 ELSE -1 END) & CASE WHEN (customer_1.partner_sharing_until <= now()) THEN -5 ELSE -1 END) & CASE WHEN (customer_1.special_categories_until <= now()) THEN -9 ELSE -1 END) & CASE WHEN (customer_1.minor_until <= CAST(now() AS DATE)) THEN -257 ELSE -1 END AS flags_now, now() AS as_of 
FROM core.customer AS customer_1 
WHERE customer_1.status != 'ERASED' AND customer_1.number = asker.p0 ORDER BY customer_1.id 
 LIMIT 1) AS found) AS its ON true;

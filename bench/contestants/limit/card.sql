-- $1: a phone number. 64 is the bit of Art. 18: a restricted customer is not found by their number.
SELECT concat(
    '{"customer":{"id":"', c.id, '","number":', json_scalar(c.number), ',"displayName":', json_scalar(c.display_name),
    ',"kind":"', c.kind, '","status":"', c.status,
    '","country":', coalesce('"' || c.country || '"', 'null'),
    ',"since":', coalesce('"' || c.since || '"', 'null'),
    ',"preferredChannel":', coalesce((
        SELECT '"' || channel || '"' FROM core.channel_preference
        WHERE customer_id = c.id ORDER BY set_at DESC, id DESC LIMIT 1
    ), 'null'),
    ',"emailAddresses":[', array_to_string(ARRAY(
        SELECT concat('{"address":', json_scalar(value), '}') FROM core.contact_point
        WHERE customer_id = c.id AND kind = 'EMAIL' ORDER BY is_primary DESC, id DESC LIMIT 100
    ), ','),
    '],"phoneNumbers":[', array_to_string(ARRAY(
        SELECT concat('{"number":', json_scalar(value), '}') FROM core.contact_point
        WHERE customer_id = c.id AND kind = 'PHONE' ORDER BY is_primary DESC, id DESC LIMIT 100
    ), ','),
    '],"identifiers":[', array_to_string(ARRAY(
        SELECT concat('{"system":', json_scalar(system), ',"type":', json_scalar(type),
                      ',"value":', json_scalar('••••' || right(value, 4)), '}')
        FROM core.identifier WHERE customer_id = c.id ORDER BY system, type, id LIMIT 100
    ), ','),
    '],"privacy":{"consents":[', array_to_string(ARRAY(
        SELECT concat('{"topic":"', topic, '","status":"',
                      CASE WHEN state = 'CONSENT_GIVEN' AND expires_at <= now() THEN 'CONSENT_EXPIRED' ELSE state END,
                      '","statedAt":', json_scalar(occurred_at), '}')
        FROM (
            SELECT DISTINCT ON (topic) topic, state, expires_at, occurred_at FROM core.privacy_event
            WHERE customer_id = c.id AND state LIKE 'CONSENT%' ORDER BY topic, occurred_at DESC, sequence DESC
        ) latest ORDER BY topic
    ), ','),
    ']},"finance":{"balance":', coalesce((
        SELECT CASE WHEN min(currency) = max(currency)
               THEN concat('{"amount":"', sum(balance), '","currency":"', min(currency), '"}')
               WHEN count(*) > 0 THEN (
                   SELECT concat('{"amount":"', (
                       SELECT sum(balance) FROM finance.account WHERE customer_id = c.id AND currency = oldest.currency
                   ), '","currency":"', oldest.currency, '"}')
                   FROM (
                       SELECT currency FROM finance.account WHERE customer_id = c.id ORDER BY opened_on, id LIMIT 1
                   ) oldest
               ) END
        FROM finance.account WHERE customer_id = c.id
    ), 'null'),
    ',"credit":', coalesce((
        SELECT concat('{"terms":{"netDays":', net_days, '}}') FROM finance.credit WHERE customer_id = c.id
    ), 'null'),
    '},"sales":{"orders":{"nodes":[', array_to_string(ARRAY(
        SELECT concat('{"number":', json_scalar(number), ',"placedAt":', json_scalar(placed_at), ',"state":"', state,
                      '","total":{"amount":"', total, '","currency":"', currency, '"},"lines":[',
                      array_to_string(ARRAY(
                          SELECT concat('{"quantity":"', quantity, '","unitPrice":{"amount":"', unit_price,
                                        '"},"product":{"sku":', json_scalar(p.sku), ',"name":', json_scalar(p.name), '}}')
                          FROM sales.order_line l JOIN sales.product p ON p.id = l.product_id
                          WHERE l.customer_id = c.id AND l.order_id = o.id ORDER BY position LIMIT 100
                      ), ','), ']}')
        FROM sales.sales_order o
        WHERE customer_id = c.id AND (retain_until IS NULL OR retain_until > current_date)
        ORDER BY placed_at DESC, id DESC LIMIT 5
    ), ','),
    ']}},"service":{"tickets":{"nodes":[', array_to_string(ARRAY(
        SELECT concat('{"number":', json_scalar(number), ',"subject":', json_scalar(subject), ',"status":"', status,
                      '","priority":"', priority, '","openedAt":', json_scalar(opened_at), ',"messages":{"nodes":[',
                      array_to_string(ARRAY(
                          SELECT concat('{"author":', coalesce(json_scalar(author)::text, 'null'),
                                        ',"sentAt":', json_scalar(sent_at), ',"body":', json_scalar(body), '}')
                          FROM service.message m WHERE m.customer_id = c.id AND m.ticket_id = t.id
                          ORDER BY sent_at DESC, id DESC LIMIT 3
                      ), ','), ']}}')
        FROM service.ticket t
        WHERE customer_id = c.id AND (retain_until IS NULL OR retain_until > current_date)
        ORDER BY opened_at DESC, id DESC LIMIT 3
    ), ','),
    ']}},"marketing":{"segments":[', array_to_string(ARRAY(
        SELECT concat('{"name":', json_scalar(s.name), '}')
        FROM marketing.segment_membership m JOIN marketing.segment s ON s.id = m.segment_id
        WHERE m.customer_id = c.id ORDER BY m.entered_on DESC, m.segment_id DESC LIMIT 100
    ), ','),
    '],"loyalty":', coalesce((
        SELECT concat('{"tier":"', tier, '","points":', points, '}') FROM marketing.loyalty WHERE customer_id = c.id
    ), 'null'),
    '}}}') AS answer, ARRAY[c.id] AS subjects
FROM (
    SELECT c.* FROM core.contact_point p JOIN core.customer c ON c.id = p.customer_id
    WHERE p.kind = 'PHONE' AND p.value = $1
        AND (p.valid_to IS NULL OR p.valid_to > current_date)
        AND (p.valid_from IS NULL OR p.valid_from <= current_date)
        AND c.status <> 'ERASED' AND c.flags & 64 = 0
    ORDER BY c.id LIMIT 1
) c

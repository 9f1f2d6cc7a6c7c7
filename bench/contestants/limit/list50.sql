-- $1: the id of the customer before the page. Of a restricted customer (bit 64) only id and number are shown.
SELECT concat('{"customers":{"nodes":[', string_agg(answer, ','), ']}}') AS answer, array_agg(id) AS subjects
FROM (
    SELECT c.id, concat(
        '{"id":"', c.id, '","number":', json_scalar(c.number),
        CASE WHEN c.flags & 64 <> 0
        THEN ',"displayName":null,"country":null,"sales":{"orders":null},"service":{"tickets":null},"marketing":{"segments":null}}'
        ELSE concat(
            ',"displayName":', json_scalar(c.display_name),
            ',"country":', coalesce('"' || c.country || '"', 'null'),
            ',"sales":{"orders":{"nodes":[', array_to_string(ARRAY(
                SELECT concat('{"number":', json_scalar(number), ',"placedAt":', json_scalar(placed_at), ',"state":"', state,
                              '","total":{"amount":"', total, '","currency":"', currency, '"}}')
                FROM sales.sales_order
                WHERE customer_id = c.id AND (retain_until IS NULL OR retain_until > current_date)
                ORDER BY placed_at DESC, id DESC LIMIT 5
            ), ','),
            ']}},"service":{"tickets":{"nodes":[', array_to_string(ARRAY(
                SELECT concat('{"number":', json_scalar(number), ',"subject":', json_scalar(subject), ',"status":"', status,
                              '","openedAt":', json_scalar(opened_at), '}')
                FROM service.ticket
                WHERE customer_id = c.id AND (retain_until IS NULL OR retain_until > current_date)
                ORDER BY opened_at DESC, id DESC LIMIT 2
            ), ','),
            ']}},"marketing":{"segments":[', array_to_string(ARRAY(
                SELECT concat('{"name":', json_scalar(s.name), ',"enteredOn":"', m.entered_on, '"}')
                FROM marketing.segment_membership m JOIN marketing.segment s ON s.id = m.segment_id
                WHERE m.customer_id = c.id ORDER BY m.entered_on DESC, m.segment_id DESC LIMIT 100
            ), ','), ']}}')
        END) AS answer
    FROM core.customer c WHERE c.status <> 'ERASED' AND c.id > $1::uuid ORDER BY c.id LIMIT 50
) page

-- $1: a customer's id.
SELECT concat('{"customer":{"id":"', c.id, '","number":', json_scalar(c.number), ',"displayName":',
    CASE WHEN c.flags & 64 <> 0 THEN 'null,"service":{"tickets":null}}}'
    ELSE concat(json_scalar(c.display_name), ',"service":{"tickets":{"nodes":[', array_to_string(ARRAY(
        SELECT concat(
            '{"number":', json_scalar(t.number), ',"subject":', json_scalar(t.subject), ',"messages":{"nodes":[',
            array_to_string(ARRAY(
                SELECT concat('{"author":', coalesce(json_scalar(author)::text, 'null'), ',"sentAt":', json_scalar(sent_at), '}')
                FROM service.message m WHERE m.customer_id = c.id AND m.ticket_id = t.id
                ORDER BY sent_at DESC, id DESC LIMIT 2
            ), ','),
            ']},"customer":{"id":"', c.id, '","number":', json_scalar(c.number), ',"displayName":', json_scalar(c.display_name),
            ',"sales":{"orders":{"nodes":[', array_to_string(ARRAY(
                SELECT concat('{"number":', json_scalar(o.number), ',"placedAt":', json_scalar(o.placed_at), ',"lines":[',
                    array_to_string(ARRAY(
                        SELECT concat('{"quantity":"', quantity, '","product":{"sku":', json_scalar(p.sku),
                                      ',"name":', json_scalar(p.name), '}}')
                        FROM sales.order_line l JOIN sales.product p ON p.id = l.product_id
                        WHERE l.customer_id = c.id AND l.order_id = o.id ORDER BY position LIMIT 100
                    ), ','), ']}')
                FROM sales.sales_order o
                WHERE o.customer_id = c.id AND (o.retain_until IS NULL OR o.retain_until > current_date)
                ORDER BY o.placed_at DESC, o.id DESC LIMIT 3
            ), ','), ']}}}}')
        FROM service.ticket t
        WHERE t.customer_id = c.id AND (t.retain_until IS NULL OR t.retain_until > current_date)
        ORDER BY t.opened_at DESC, t.id DESC LIMIT 2
    ), ','), ']}}}}') END) AS answer, ARRAY[c.id] AS subjects
FROM core.customer c WHERE c.status <> 'ERASED' AND c.id = $1::uuid

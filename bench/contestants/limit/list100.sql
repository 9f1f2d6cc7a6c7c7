-- $1: the id of the customer before the page. Of a restricted customer (bit 64) less is shown.
SELECT concat('{"customers":{"nodes":[', string_agg(answer, ','), ']}}') AS answer, array_agg(id) AS subjects
FROM (
    SELECT c.id, concat(
        '{"id":"', c.id, '","number":', json_scalar(c.number), ',"kind":"', c.kind, '","status":"', c.status,
        '","since":', coalesce('"' || c.since || '"', 'null'),
        CASE WHEN c.flags & 64 <> 0
        THEN ',"displayName":null,"language":null,"country":null,"finance":{"balance":null,"credit":null}}'
        ELSE concat(
            ',"displayName":', json_scalar(c.display_name),
            ',"language":', coalesce(json_scalar(c.language)::text, 'null'),
            ',"country":', coalesce('"' || c.country || '"', 'null'),
            ',"finance":{"balance":', coalesce((
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
            ), 'null'), '}}')
        END) AS answer
    FROM core.customer c WHERE c.status <> 'ERASED' AND c.id > $1::uuid ORDER BY c.id LIMIT 100
) page

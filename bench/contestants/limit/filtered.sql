-- $1: a country, $2: a day. A filter by country tells something of a restricted customer, so they are left out:
-- by <>, since PostgreSQL takes an equation of bits for something rare, and would sort them all.
SELECT concat('{"customers":{"nodes":[', string_agg(answer, ','), ']}}') AS answer, array_agg(id) AS subjects
FROM (
    SELECT id, concat('{"id":"', id, '","number":', json_scalar(number), ',"displayName":', json_scalar(display_name),
                      ',"status":"', status, '","country":"', country, '","since":"', since, '"}') AS answer
    FROM core.customer
    WHERE status IN ('ACTIVE', 'DORMANT') AND country = $1 AND since >= $2::date AND flags & 64 <> 64
    ORDER BY since DESC, id DESC LIMIT 25
) page

-- $1: a customer's id.
SELECT concat('{"customer":{"id":"', id, '","number":', json_scalar(number), ',"displayName":',
              CASE WHEN flags & 64 = 0 THEN json_scalar(display_name)::text ELSE 'null' END, '}}') AS answer,
       ARRAY[id] AS subjects
FROM core.customer WHERE status <> 'ERASED' AND id = $1::uuid

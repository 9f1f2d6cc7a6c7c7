-- What PostGraphile looks at: views that leave out what is past its retention, related by smart tags, since the
-- departments' tables have no foreign keys to core; and functions for what is computed.
DROP SCHEMA IF EXISTS peers CASCADE;
CREATE SCHEMA peers;

CREATE VIEW peers.customer AS
SELECT id, number, display_name, kind, status, country, since, language FROM core.customer WHERE status <> 'ERASED';
COMMENT ON VIEW peers.customer IS E'@primaryKey id';

CREATE VIEW peers.contact_point AS SELECT customer_id, id, kind, value, is_primary FROM core.contact_point;
COMMENT ON VIEW peers.contact_point IS
    E'@primaryKey customer_id,id\n@foreignKey (customer_id) references peers.customer (id)|@foreignFieldName points';

CREATE VIEW peers.identifier AS SELECT customer_id, id, system, type, value FROM core.identifier;
COMMENT ON VIEW peers.identifier IS
    E'@primaryKey customer_id,id\n@foreignKey (customer_id) references peers.customer (id)|@foreignFieldName identifiers';

CREATE VIEW peers.consent AS
SELECT DISTINCT ON (customer_id, topic) customer_id, topic, occurred_at AS stated_at,
    CASE WHEN state = 'CONSENT_GIVEN' AND expires_at <= now() THEN 'CONSENT_EXPIRED' ELSE state END AS status
FROM core.privacy_event WHERE state LIKE 'CONSENT%'
ORDER BY customer_id, topic, occurred_at DESC, sequence DESC;
COMMENT ON VIEW peers.consent IS
    E'@primaryKey customer_id,topic\n@foreignKey (customer_id) references peers.customer (id)|@foreignFieldName consents';

CREATE VIEW peers.credit AS SELECT customer_id, net_days FROM finance.credit;
COMMENT ON VIEW peers.credit IS
    E'@primaryKey customer_id\n@foreignKey (customer_id) references peers.customer (id)|@foreignSingleFieldName credit';

CREATE VIEW peers.sales_order AS
SELECT customer_id, id, number, state, placed_at, currency, total FROM sales.sales_order
WHERE retain_until IS NULL OR retain_until > current_date;
COMMENT ON VIEW peers.sales_order IS
    E'@primaryKey customer_id,id\n@foreignKey (customer_id) references peers.customer (id)|@foreignFieldName orders';

CREATE VIEW peers.product AS SELECT id, sku, name FROM sales.product;
COMMENT ON VIEW peers.product IS E'@primaryKey id';

CREATE VIEW peers.order_line AS
SELECT customer_id, order_id, position, product_id, quantity, unit_price FROM sales.order_line;
COMMENT ON VIEW peers.order_line IS
    E'@primaryKey customer_id,order_id,position\n@foreignKey (customer_id, order_id) references peers.sales_order (customer_id, id)|@foreignFieldName lines\n@foreignKey (product_id) references peers.product (id)|@fieldName product';

CREATE VIEW peers.ticket AS
SELECT customer_id, id, number, subject, status, priority, opened_at FROM service.ticket
WHERE retain_until IS NULL OR retain_until > current_date;
COMMENT ON VIEW peers.ticket IS
    E'@primaryKey customer_id,id\n@foreignKey (customer_id) references peers.customer (id)|@foreignFieldName tickets|@fieldName customer';

CREATE VIEW peers.message AS SELECT customer_id, ticket_id, id, author, sent_at, body FROM service.message;
COMMENT ON VIEW peers.message IS
    E'@primaryKey customer_id,id\n@foreignKey (customer_id, ticket_id) references peers.ticket (customer_id, id)|@foreignFieldName messages';

CREATE VIEW peers.segment AS SELECT id, name FROM marketing.segment;
COMMENT ON VIEW peers.segment IS E'@primaryKey id';

CREATE VIEW peers.membership AS SELECT customer_id, segment_id, entered_on FROM marketing.segment_membership;
COMMENT ON VIEW peers.membership IS
    E'@primaryKey customer_id,segment_id\n@foreignKey (customer_id) references peers.customer (id)|@foreignFieldName memberships\n@foreignKey (segment_id) references peers.segment (id)|@fieldName segment';

CREATE VIEW peers.loyalty AS SELECT customer_id, tier, points FROM marketing.loyalty;
COMMENT ON VIEW peers.loyalty IS
    E'@primaryKey customer_id\n@foreignKey (customer_id) references peers.customer (id)|@foreignSingleFieldName loyalty';

CREATE TYPE peers.money AS (amount numeric, currency text);

CREATE FUNCTION peers.customer_balance(c peers.customer) RETURNS peers.money LANGUAGE sql STABLE AS $$
    SELECT ROW((SELECT sum(balance) FROM finance.account WHERE customer_id = c.id AND currency = oldest.currency),
               oldest.currency)::peers.money
    FROM (SELECT currency FROM finance.account WHERE customer_id = c.id ORDER BY opened_on, id LIMIT 1) oldest
$$;

CREATE FUNCTION peers.customer_preferred_channel(c peers.customer) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT channel FROM core.channel_preference WHERE customer_id = c.id ORDER BY set_at DESC, id DESC LIMIT 1
$$;

CREATE FUNCTION peers.customer_by_phone(phone text) RETURNS peers.customer LANGUAGE sql STABLE AS $$
    SELECT c.* FROM core.contact_point p JOIN peers.customer c ON c.id = p.customer_id
    WHERE p.kind = 'PHONE' AND p.value = phone AND (p.valid_to IS NULL OR p.valid_to > current_date)
        AND (p.valid_from IS NULL OR p.valid_from <= current_date)
    ORDER BY c.id LIMIT 1
$$;

CREATE FUNCTION peers.customers_after(after uuid) RETURNS SETOF peers.customer LANGUAGE sql STABLE AS $$
    SELECT * FROM peers.customer WHERE id > after ORDER BY id
$$;

CREATE FUNCTION peers.customers_since(country text, since date) RETURNS SETOF peers.customer LANGUAGE sql STABLE AS $$
    SELECT * FROM peers.customer c
    WHERE c.status IN ('ACTIVE', 'DORMANT') AND c.country = customers_since.country AND c.since >= customers_since.since
    ORDER BY c.since DESC, c.id DESC
$$;

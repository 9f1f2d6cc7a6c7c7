-- What the departments' subgraphs may do in core's database: learn each customer's privacy flags and whether they are
-- within reach, and add to the access log. No name, no number, no contact. With psql, as the owner of core's tables;
-- again after an upgrade, which may need more.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'customer360_subgraph') THEN
        CREATE ROLE customer360_subgraph NOLOGIN;
    END IF;
END
$$;
GRANT USAGE ON SCHEMA core TO customer360_subgraph;
GRANT SELECT ON core.customer_privacy, core.partner_link TO customer360_subgraph;
GRANT SELECT ON core.alembic_version TO customer360_subgraph;
GRANT INSERT ON core.access_record, core.disclosure TO customer360_subgraph;
GRANT EXECUTE ON FUNCTION core.catch_up_access_log() TO customer360_subgraph;
-- What was revoked, and the public halves of the keys that tokens are signed with: not the keys, nor whose tokens they are.
GRANT USAGE ON SCHEMA oauth TO customer360_subgraph;
GRANT SELECT (kind, value, recorded_at, until) ON oauth.revocation TO customer360_subgraph;
GRANT SELECT (kid, public, signs_from, retires_at) ON oauth.signing_key TO customer360_subgraph;
-- Where CUSTOMER360_RATE_STORE is core: what each client may still spend, under keys that are hashes.
GRANT SELECT, INSERT, UPDATE, DELETE ON core.rate_bucket TO customer360_subgraph;
-- Adding a list of fields only where it is not there yet has to look at its digest.
GRANT SELECT (digest) ON core.disclosure TO customer360_subgraph;

"""The authorization server's SQL statements. What may happen only once is one statement."""

_CLIENT_COLUMNS = """
    id, name, auth_method, secret, previous_secret, previous_until, jwks, grant_types, redirect_uris, scopes,
    purposes, categories, role, contract, territory, disabled_at
"""
_ACCOUNT_COLUMNS = """
    account.id, username, password_hash, role, purposes, customer_id, territory, locked_until, disabled_at
"""
CLIENT = f"SELECT {_CLIENT_COLUMNS} FROM oauth.client WHERE id = $1"  # noqa: S608 - constant
CLIENTS = f"SELECT {_CLIENT_COLUMNS} FROM oauth.client ORDER BY created_at, id"  # noqa: S608 - constant
ACCOUNT = f"SELECT {_ACCOUNT_COLUMNS} FROM oauth.account WHERE id = $1"  # noqa: S608 - constant
ACCOUNT_NAMED = f"SELECT {_ACCOUNT_COLUMNS} FROM oauth.account WHERE username = $1"  # noqa: S608 - constant

# From the hundredth wrong password on, the account is locked for 30 seconds, doubling up to 15 minutes. Each source is
# limited to fewer attempts, and known devices are not locked, so that one source cannot keep an account locked.
NOTE_FAILURE = """
    UPDATE oauth.account SET
        failures = failures + 1,
        locked_until = CASE WHEN failures >= 99
            THEN now() + least(interval '30 seconds' * (1 << least(failures - 99, 10)), interval '15 minutes')
        END
    WHERE id = $1
"""
NOTE_SUCCESS = "UPDATE oauth.account SET failures = 0, locked_until = NULL WHERE id = $1 AND failures > 0"

OPEN_SESSION = "INSERT INTO oauth.session (digest, account_id, expires_at) VALUES ($1, $2, $3)"
SESSION = f"""
    SELECT {_ACCOUNT_COLUMNS}, session.digest, session.authenticated_at
    FROM oauth.session JOIN oauth.account ON account.id = session.account_id
    WHERE session.digest = $1 AND session.expires_at > now() AND account.disabled_at IS NULL
"""  # noqa: S608 - constant
CLOSE_SESSION = """
    WITH ended AS (DELETE FROM oauth.session WHERE digest = $1 RETURNING digest), families AS (
        UPDATE oauth.approval SET revoked_at = now() FROM ended
        WHERE approval.session = ended.digest AND approval.revoked_at IS NULL
        RETURNING approval.id
    )
    INSERT INTO oauth.revocation (kind, value, until)
    SELECT 'approval', id::text, now() + interval '1 hour' FROM families
"""

# Locks the session, so that no approval is stored in a session that ends at the same time.
APPROVE = """
    WITH open AS (
        SELECT digest FROM oauth.session WHERE digest = $7 AND account_id = $3 FOR SHARE
    ), approved AS (
        INSERT INTO oauth.approval (id, client_id, account_id, scopes, purposes, authenticated_at, session)
        SELECT $1, $2, $3, $4, $5, $6, digest FROM open
        RETURNING id
    )
    INSERT INTO oauth.code (digest, approval_id, redirect_uri, challenge, expires_at)
    SELECT $8, id, $9, $10, $11 FROM approved
    RETURNING digest
"""

# Deleting the row redeems it. Concurrent requests wait for the row lock, find nothing, and then find it in oauth.spent.
_REDEEM = """
    WITH taken AS (
        DELETE FROM oauth.{table} AS kept USING oauth.approval
        WHERE kept.digest = $1 AND approval.id = kept.approval_id AND approval.client_id = $2
        RETURNING kept.*, approval.client_id, approval.account_id, approval.scopes, approval.purposes,
            approval.authenticated_at, approval.session, approval.revoked_at
    ), noted AS (
        INSERT INTO oauth.spent (digest, approval_id, expires_at)
        SELECT digest, approval_id, now() + interval '30 days' FROM taken
    )
    SELECT * FROM taken
"""
REDEEM_CODE = _REDEEM.format(table="code")
REDEEM_REFRESH_TOKEN = _REDEEM.format(table="refresh_token")
KEEP_REFRESH = """
    INSERT INTO oauth.refresh_token (digest, approval_id, expires_at, thumbprint) VALUES ($1, $2, $3, $4)
"""

# Access tokens live for ten minutes, so a revocation is kept for an hour.
REVOKE_FAMILY = """
    WITH family AS (
        SELECT approval_id FROM oauth.spent WHERE digest = $1
        UNION ALL
        SELECT approval_id FROM oauth.refresh_token WHERE digest = $1
    ), ended AS (
        UPDATE oauth.approval SET revoked_at = now() FROM family
        WHERE approval.id = family.approval_id AND approval.client_id = $2 AND approval.revoked_at IS NULL
        RETURNING approval.id
    )
    INSERT INTO oauth.revocation (kind, value, until)
    SELECT 'approval', id::text, now() + interval '1 hour' FROM ended
"""
REVOKE = "INSERT INTO oauth.revocation (kind, value, until) VALUES ($1, $2, $3)"
REVOCATIONS = "SELECT kind, value, recorded_at FROM oauth.revocation WHERE recorded_at > $1 AND until > now()"

SIGNING_KEYS = """
    SELECT kid, sealed, public, signs_from, retires_at FROM oauth.signing_key
    WHERE retires_at IS NULL OR retires_at > now()
"""
# The columns that verifying needs. A subgraph's login may read no others.
PUBLIC_KEYS = """
    SELECT kid, public, signs_from, retires_at FROM oauth.signing_key WHERE retires_at IS NULL OR retires_at > now()
"""
USE_ONCE = "INSERT INTO oauth.used_once (digest, until) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING digest"

FORGET_EXPIRED = (
    "DELETE FROM oauth.used_once WHERE until < now()",
    "DELETE FROM oauth.code WHERE expires_at < now() - interval '1 day'",
    "DELETE FROM oauth.refresh_token WHERE expires_at < now()",
    "DELETE FROM oauth.spent WHERE expires_at < now()",
    "DELETE FROM oauth.session WHERE expires_at < now()",
    "DELETE FROM oauth.revocation WHERE until < now()",
    "DELETE FROM oauth.signing_key WHERE retires_at < now() - interval '1 day'",
)

CREATE_CLIENT = """
    INSERT INTO oauth.client (id, name, auth_method, secret, jwks, grant_types, redirect_uris, scopes, purposes,
        categories, role, contract, territory)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""
# Registers a built-in application; the server that started last wins. A revoked one stays revoked, and a client of the
# same id that was registered by an administrator is not changed.
KEEP_OWN_CLIENT = f"""
    {CREATE_CLIENT}
    ON CONFLICT (id) DO UPDATE SET redirect_uris = excluded.redirect_uris, scopes = excluded.scopes,
        purposes = excluded.purposes, grant_types = excluded.grant_types
    WHERE client.auth_method = 'none' AND client.role IS NULL AND client.contract IS NULL
"""
# The current secret stays valid until $3. An older previous secret ends now.
ROTATE_CLIENT = """
    UPDATE oauth.client SET previous_secret = secret, previous_until = $3, secret = $2
    WHERE id = $1 AND auth_method = 'client_secret' AND disabled_at IS NULL
    RETURNING id
"""
_END_CLIENTS = """
    WITH ended AS (
        UPDATE oauth.client SET disabled_at = now() WHERE {which} = $1 AND disabled_at IS NULL RETURNING id
    ), families AS (
        UPDATE oauth.approval SET revoked_at = now() FROM ended
        WHERE approval.client_id = ended.id AND approval.revoked_at IS NULL
    ), announced AS (
        INSERT INTO oauth.revocation (kind, value, until) SELECT 'client', id, now() + interval '25 hours' FROM ended
    )
"""
REVOKE_CLIENT = f"{_END_CLIENTS.format(which='id')} SELECT id FROM ended"  # noqa: S608 - constant
# Also deletes the links of the contract, so that a token of another issuer with this contract reaches no customer.
REVOKE_CONTRACT = f"""{_END_CLIENTS.format(which="contract")},
    unlinked AS (DELETE FROM core.partner_link WHERE contract = $1 RETURNING contract)
    SELECT id FROM ended UNION SELECT contract FROM unlinked
"""  # noqa: S608 - constant
LINK = "INSERT INTO core.partner_link (contract, customer_id) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING"
UNLINK = "DELETE FROM core.partner_link WHERE contract = $1 AND customer_id = ANY ($2::uuid[])"
LINKS = "SELECT contract, count(*) AS customers FROM core.partner_link GROUP BY contract"

CREATE_ACCOUNT = """
    INSERT INTO oauth.account (username, password_hash, role, purposes, customer_id, territory)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (username) DO NOTHING
    RETURNING id
"""
ACCOUNTS = f"SELECT {_ACCOUNT_COLUMNS} FROM oauth.account ORDER BY username"  # noqa: S608 - constant
_END_ACCOUNT = """
    WITH ended AS ({change}), sessions AS (
        DELETE FROM oauth.session USING ended WHERE session.account_id = ended.id
    ), families AS (
        UPDATE oauth.approval SET revoked_at = now() FROM ended
        WHERE approval.account_id = ended.id AND approval.revoked_at IS NULL
    ), announced AS (
        INSERT INTO oauth.revocation (kind, value, until)
        SELECT 'subject', id::text, now() + interval '25 hours' FROM ended
    )
    SELECT id FROM ended
"""
# All sessions of the account end.
SET_PASSWORD = _END_ACCOUNT.format(
    change="UPDATE oauth.account SET password_hash = $2, failures = 0, locked_until = NULL"
    " WHERE username = $1 AND disabled_at IS NULL RETURNING id"
)
REVOKE_ACCOUNT = _END_ACCOUNT.format(
    change="UPDATE oauth.account SET disabled_at = now() WHERE username = $1 AND disabled_at IS NULL RETURNING id"
)

# Runs under LOCK_KEYS. The first key signs at once. A later key signs after verifiers had time to fetch it, and the key
# before it retires when the last token that it signed has expired.
ROTATE_KEYS = """
    WITH times AS (
        SELECT CASE WHEN EXISTS (
            SELECT FROM oauth.signing_key WHERE retires_at IS NULL OR retires_at > now()
        ) THEN now() + $4::interval ELSE now() - interval '1 minute' END AS signs_from
    ), retired AS (
        UPDATE oauth.signing_key SET retires_at = times.signs_from + $5::interval FROM times WHERE retires_at IS NULL
    )
    INSERT INTO oauth.signing_key (kid, sealed, public, signs_from)
    SELECT $1, $2, $3, signs_from FROM times
    RETURNING kid, signs_from
"""
LOCK_KEYS = "LOCK TABLE oauth.signing_key IN SHARE ROW EXCLUSIVE MODE"
HAS_KEYS = "SELECT FROM oauth.signing_key WHERE retires_at IS NULL OR retires_at > now()"

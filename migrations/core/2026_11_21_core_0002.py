"""Keep the privacy ledger append-only, and every customer's flags true to it."""

from collections.abc import Sequence

from alembic import op

revision: str = "core_0002"
down_revision: str | None = "core_0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# The numbers are those of auth/policy/flags.py. Only the ledger decides, never the clock: a consent's bit stays when
# it expires, and counts until its date; so does 256, MINOR, which a customer with a birth date carries for life.
# Consents and objections run on separate tracks, so that an objection does not pass for a withdrawal.
PRIVACY_FLAGS = """
CREATE FUNCTION core.privacy_flags(
    customers uuid[],
    OUT customer_id uuid,
    OUT flags integer,
    OUT direct_marketing_until timestamptz,
    OUT profiling_until timestamptz,
    OUT partner_sharing_until timestamptz,
    OUT special_categories_until timestamptz
) RETURNS SETOF record LANGUAGE sql STABLE AS $$
    WITH newest AS (
        SELECT DISTINCT ON (event.customer_id, event.topic, event.state LIKE 'CONSENT%')
            event.customer_id, event.topic, event.state, event.expires_at
        FROM core.privacy_event AS event
        WHERE event.customer_id = ANY (customers)
        ORDER BY event.customer_id, event.topic, event.state LIKE 'CONSENT%',
            event.occurred_at DESC, event.sequence DESC
    )
    SELECT
        newest.customer_id,
        bit_or(CASE
            WHEN state = 'CONSENT_GIVEN' THEN CASE topic
                WHEN 'DIRECT_MARKETING' THEN 1
                WHEN 'PROFILING' THEN 2
                WHEN 'PARTNER_SHARING' THEN 4
                WHEN 'SPECIAL_CATEGORIES' THEN 8
            END
            WHEN state = 'OBJECTED' THEN CASE topic WHEN 'DIRECT_MARKETING' THEN 16 ELSE 32 END
            WHEN state = 'RESTRICTED' THEN 64
            WHEN state = 'HELD' THEN 128
            ELSE 0
        END),
        max(expires_at) FILTER (WHERE state = 'CONSENT_GIVEN' AND topic = 'DIRECT_MARKETING'),
        max(expires_at) FILTER (WHERE state = 'CONSENT_GIVEN' AND topic = 'PROFILING'),
        max(expires_at) FILTER (WHERE state = 'CONSENT_GIVEN' AND topic = 'PARTNER_SHARING'),
        max(expires_at) FILTER (WHERE state = 'CONSENT_GIVEN' AND topic = 'SPECIAL_CATEGORIES')
    FROM newest
    GROUP BY newest.customer_id
$$
"""

# Runs once for a statement, COPY included. The customers are locked before their ledger is read: of two
# transactions that write about one customer, the second waits and then sees what the first wrote. A snapshot
# older than the lock would miss it, hence READ COMMITTED.
APPLY_PRIVACY_EVENTS = """
CREATE FUNCTION core.apply_privacy_events() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    affected uuid[];
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'core.privacy_event is written in READ COMMITTED transactions'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
    IF EXISTS (SELECT FROM added WHERE occurred_at > clock_timestamp() + interval '1 day') THEN
        RAISE EXCEPTION 'a privacy event cannot have occurred in the future'
            USING ERRCODE = 'check_violation';
    END IF;
    affected := ARRAY(SELECT DISTINCT customer_id FROM added);
    PERFORM FROM core.customer WHERE id = ANY (affected) ORDER BY id FOR NO KEY UPDATE;
    UPDATE core.customer AS customer
    SET flags = ledger.flags | (customer.flags & 256),
        direct_marketing_until = ledger.direct_marketing_until,
        profiling_until = ledger.profiling_until,
        partner_sharing_until = ledger.partner_sharing_until,
        special_categories_until = ledger.special_categories_until
    FROM core.privacy_flags(affected) AS ledger
    WHERE customer.id = ledger.customer_id
        AND (
            customer.flags & 255, customer.direct_marketing_until, customer.profiling_until,
            customer.partner_sharing_until, customer.special_categories_until
        ) IS DISTINCT FROM (
            ledger.flags, ledger.direct_marketing_until, ledger.profiling_until,
            ledger.partner_sharing_until, ledger.special_categories_until
        );
    RETURN NULL;
END
$$
"""

# What someone writes into these columns by hand is replaced by what the ledger says.
KEEP_FLAGS_TRUE = """
CREATE FUNCTION core.keep_flags_true() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
    ledger record;
BEGIN
    SELECT * INTO ledger FROM core.privacy_flags(ARRAY[NEW.id]);
    NEW.flags := coalesce(ledger.flags, 0) | CASE WHEN NEW.birth_date IS NULL THEN 0 ELSE 256 END;
    NEW.direct_marketing_until := ledger.direct_marketing_until;
    NEW.profiling_until := ledger.profiling_until;
    NEW.partner_sharing_until := ledger.partner_sharing_until;
    NEW.special_categories_until := ledger.special_categories_until;
    NEW.minor_until := (NEW.birth_date + interval '18 years')::date;
    RETURN NEW;
END
$$
"""

# A new customer has no ledger yet, and most rows of a bulk load need nothing but the age.
START_FLAGS = """
CREATE FUNCTION core.start_flags() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    NEW.flags := CASE WHEN NEW.birth_date IS NULL THEN 0 ELSE 256 END;
    NEW.direct_marketing_until := NULL;
    NEW.profiling_until := NULL;
    NEW.partner_sharing_until := NULL;
    NEW.special_categories_until := NULL;
    NEW.minor_until := (NEW.birth_date + interval '18 years')::date;
    RETURN NEW;
END
$$
"""

REFUSE_CHANGE = """
CREATE FUNCTION core.refuse_change_to_ledger() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM core.customer WHERE id = OLD.customer_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'core.privacy_event is append-only: % refused', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Correct a statement by adding a newer one.';
END
$$
"""

TRIGGERS = (
    """
    CREATE TRIGGER refuse_update BEFORE UPDATE ON core.privacy_event
    FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_change_to_ledger()
    """,
    """
    CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON core.privacy_event
    FOR EACH STATEMENT EXECUTE FUNCTION core.refuse_change_to_ledger()
    """,
    """
    CREATE TRIGGER refuse_delete BEFORE DELETE ON core.privacy_event
    FOR EACH ROW EXECUTE FUNCTION core.refuse_change_to_ledger()
    """,
    """
    CREATE TRIGGER apply_to_customers AFTER INSERT ON core.privacy_event
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION core.apply_privacy_events()
    """,
    """
    CREATE TRIGGER start_flags BEFORE INSERT ON core.customer
    FOR EACH ROW EXECUTE FUNCTION core.start_flags()
    """,
    """
    CREATE TRIGGER keep_flags_true BEFORE UPDATE ON core.customer
    FOR EACH ROW WHEN (
        (OLD.id, OLD.birth_date, OLD.flags, OLD.minor_until, OLD.direct_marketing_until, OLD.profiling_until,
         OLD.partner_sharing_until, OLD.special_categories_until)
        IS DISTINCT FROM
        (NEW.id, NEW.birth_date, NEW.flags, NEW.minor_until, NEW.direct_marketing_until, NEW.profiling_until,
         NEW.partner_sharing_until, NEW.special_categories_until)
    ) EXECUTE FUNCTION core.keep_flags_true()
    """,
)


def upgrade() -> None:
    for function in (PRIVACY_FLAGS, APPLY_PRIVACY_EVENTS, KEEP_FLAGS_TRUE, START_FLAGS, REFUSE_CHANGE):
        op.execute(function)
    for trigger in TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    for trigger in ("refuse_update", "refuse_truncate", "refuse_delete", "apply_to_customers"):
        op.execute(f"DROP TRIGGER {trigger} ON core.privacy_event")
    for trigger in ("start_flags", "keep_flags_true"):
        op.execute(f"DROP TRIGGER {trigger} ON core.customer")
    for function in ("apply_privacy_events", "keep_flags_true", "start_flags", "refuse_change_to_ledger"):
        op.execute(f"DROP FUNCTION core.{function}()")
    op.execute("DROP FUNCTION core.privacy_flags(uuid[])")

"""Let no consent outrun a withdrawal: an event counts from its recording at the latest (docs/adr/0057)."""

from collections.abc import Sequence

from alembic import op

from migrations.checks import add_check, drop_check

revision: str = "core_0015"
down_revision: str | None = "core_0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Of each customer, topic and track (consents; all else) the event that counts. An event was said when it says, but not
# after it was recorded. One that opens (gives a consent, lifts an objection, restriction or hold) counts if none that
# closes was said or recorded after it; of the events that are left, the one that was said last.
CURRENT_EVENTS = """
CREATE VIEW core.current_privacy_event AS
SELECT DISTINCT ON (customer_id, topic, state LIKE 'CONSENT%')
    sequence, id, customer_id, topic, state, occurred_at, recorded_at, expires_at, legal_basis, recorded_via,
    text_version, actor
FROM (
    SELECT *,
        state IN ('CONSENT_GIVEN', 'OBJECTION_LIFTED', 'RESTRICTION_LIFTED', 'HOLD_LIFTED') AS opens,
        max(least(occurred_at, recorded_at)) FILTER (WHERE state NOT IN (
            'CONSENT_GIVEN', 'OBJECTION_LIFTED', 'RESTRICTION_LIFTED', 'HOLD_LIFTED'
        )) OVER track AS closed_at,
        max(recorded_at) FILTER (WHERE state NOT IN (
            'CONSENT_GIVEN', 'OBJECTION_LIFTED', 'RESTRICTION_LIFTED', 'HOLD_LIFTED'
        )) OVER track AS closing_recorded_at
    FROM core.privacy_event
    WINDOW track AS (PARTITION BY customer_id, topic, state LIKE 'CONSENT%')
) AS event
WHERE NOT opens OR closed_at IS NULL
    OR (least(occurred_at, recorded_at) >= closed_at AND recorded_at >= closing_recorded_at)
ORDER BY customer_id, topic, state LIKE 'CONSENT%', least(occurred_at, recorded_at) DESC, recorded_at DESC,
    sequence DESC
"""

_SIGNATURE = """
CREATE OR REPLACE FUNCTION core.privacy_flags(
    customers uuid[],
    OUT customer_id uuid,
    OUT flags integer,
    OUT direct_marketing_until timestamptz,
    OUT profiling_until timestamptz,
    OUT partner_sharing_until timestamptz,
    OUT special_categories_until timestamptz
) RETURNS SETOF record LANGUAGE sql STABLE AS $$
    WITH newest AS ({newest})
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
FLAGS = _SIGNATURE.format(
    newest="SELECT * FROM core.current_privacy_event AS event WHERE event.customer_id = ANY (customers)"
)
FORMER_FLAGS = _SIGNATURE.format(
    newest="""
        SELECT DISTINCT ON (event.customer_id, event.topic, event.state LIKE 'CONSENT%')
            event.customer_id, event.topic, event.state, event.expires_at
        FROM core.privacy_event AS event
        WHERE event.customer_id = ANY (customers)
        ORDER BY event.customer_id, event.topic, event.state LIKE 'CONSENT%',
            event.occurred_at DESC, event.sequence DESC
    """
)

# A moment of recording that lies ahead would make the event count after what is recorded until then.
REFUSE_FUTURE = """
CREATE FUNCTION core.refuse_recording_ahead() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'a privacy event cannot be recorded in the future'
        USING ERRCODE = 'check_violation', HINT = 'Leave recorded_at out: it is the time of the statement.';
END
$$
"""
TRIGGER = """
CREATE TRIGGER refuse_recording_ahead BEFORE INSERT ON core.privacy_event
FOR EACH ROW WHEN (NEW.recorded_at > clock_timestamp()) EXECUTE FUNCTION core.refuse_recording_ahead()
"""
# The trigger on core.customer computes the flags anew when they are written.
RECOMPUTE = """
UPDATE core.customer SET flags = customer.flags # 1
FROM core.privacy_flags(ARRAY(SELECT DISTINCT customer_id FROM core.privacy_event)) AS ledger
WHERE customer.id = ledger.customer_id
    AND (
        customer.flags & 255, customer.direct_marketing_until, customer.profiling_until,
        customer.partner_sharing_until, customer.special_categories_until
    ) IS DISTINCT FROM (
        ledger.flags, ledger.direct_marketing_until, ledger.profiling_until,
        ledger.partner_sharing_until, ledger.special_categories_until
    )
"""


def upgrade() -> None:
    # The transaction's start may lie before what other transactions recorded meanwhile.
    op.execute("ALTER TABLE core.privacy_event ALTER COLUMN recorded_at SET DEFAULT statement_timestamp()")
    add_check("core.privacy_event", "recorded_finite", "isfinite(recorded_at)")
    add_check("core.privacy_event", "ends_after_it_begins", "expires_at >= occurred_at")
    for statement in (CURRENT_EVENTS, FLAGS, REFUSE_FUTURE, TRIGGER, RECOMPUTE):
        op.execute(statement)


def downgrade() -> None:
    op.execute(FORMER_FLAGS)
    op.execute(RECOMPUTE)
    op.execute("DROP TRIGGER refuse_recording_ahead ON core.privacy_event")
    op.execute("DROP FUNCTION core.refuse_recording_ahead()")
    op.execute("DROP VIEW core.current_privacy_event")
    for name in ("ends_after_it_begins", "recorded_finite"):
        drop_check("core.privacy_event", name)
    op.execute("ALTER TABLE core.privacy_event ALTER COLUMN recorded_at SET DEFAULT now()")

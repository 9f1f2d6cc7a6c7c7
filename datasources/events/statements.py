"""The leader's statements. Events go from one database to the other as JSON text, so that nothing decodes them."""

MAX_EVENTS = 2_000
# Where a reader of changes listens. The notification carries nothing, because any login can listen.
CHANNEL = "customer360_changes"

# Held as long as the session: one leader for each department. In core, which all departments share.
TRY_TO_LEAD = "SELECT pg_try_advisory_lock(hashtextextended('customer360 leader ' || $1, 0))"
# Held while events are applied, and while activity is rebuilt or verified.
LOCK_BATCH = "SELECT pg_advisory_xact_lock(hashtextextended('customer360 batch ' || $1, 0))"
# Held from the first number of a batch to its commit, so that positions become visible in their order.
LOCK_POSITIONS = "SELECT pg_advisory_xact_lock(hashtextextended('customer360 positions', 0))"
NOTIFY = f"SELECT pg_notify('{CHANNEL}', '')"

_IS_WAITING = "SELECT '{department}' WHERE EXISTS (SELECT FROM {department}.event)"
# What is committed, in the order of the sequence; a transaction that is still open is taken once it has committed.
READ = """
    SELECT array_agg(sequence) AS sequences, json_agg(waiting)::text AS events FROM (
        SELECT event.*, author FROM {department}.event AS event
        LEFT JOIN {department}.event_author ON event_id = event.id
        ORDER BY sequence LIMIT {most}
    ) AS waiting
"""
DELETE = """
    WITH taken AS (DELETE FROM {department}.event WHERE sequence = ANY ($1) RETURNING id)
    DELETE FROM {department}.event_author USING taken WHERE event_id = taken.id
"""
# A department's events are of its own kinds; others are dropped. Those numbered before are left out.
NUMBER = """
    WITH told AS (
        SELECT * FROM json_to_recordset($1::text::json) AS told (
            sequence bigint, id uuid, customer_id uuid, kind text, change text, row_id uuid, happened_at timestamptz,
            recorded_at timestamptz, is_bulk boolean, author text
        ) WHERE kind = ANY ($3)
    ), numbered AS (
        INSERT INTO core.change
            (event_id, department, customer_id, kind, change, row_id, happened_at, recorded_at, is_bulk)
        SELECT id, $2, customer_id, kind, change, row_id, happened_at, recorded_at, is_bulk
        FROM told ORDER BY sequence
        ON CONFLICT (event_id) DO NOTHING
        RETURNING event_id
    ), authors AS (
        INSERT INTO core.change_author (event_id, author)
        SELECT id, author FROM told JOIN numbered ON event_id = id WHERE author IS NOT NULL
    )
    SELECT (SELECT count(*) FROM numbered), (SELECT count(*) FROM told)
"""


def waiting_departments(departments: list[str]) -> str:
    """A statement with a row for each of these departments whose queue is not empty."""
    return " UNION ALL ".join(_IS_WAITING.format(department=department) for department in departments)


def read(department: str) -> str:
    return READ.format(department=department, most=MAX_EVENTS)


def delete(department: str) -> str:
    return DELETE.format(department=department)

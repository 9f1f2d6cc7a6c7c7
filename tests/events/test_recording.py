"""What the triggers record of each kind of change, whoever writes."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from auth.departments import DEPARTMENTS
from datasources.engine.pools.sessions import connected
from datasources.events.registry import EVENTS
from datasources.recording.kinds import TableEvents
from datasources.recording.recorders import function_body
from migrations.recorders import BODIES, differing_recorders
from migrations.status import status
from migrations.upgrade import downgrade, upgrade

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[Any]

ANNA, BERT = uuid4(), uuid4()
CALL = """
    INSERT INTO service.call (customer_id, id, direction, started_at, duration_seconds)
    VALUES ($1, $2, 'INBOUND', $3, 60)
"""
FORGED = """
    INSERT INTO service.event (customer_id, kind, change, row_id, happened_at)
    SELECT gen_random_uuid(), 'CALL', 'GONE', gen_random_uuid(), now()
"""
FORGED_BY_TRIGGER = """
    CREATE TABLE public.call (customer_id uuid);
    CREATE TRIGGER forge AFTER INSERT ON public.call REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION service.record_call()
"""
AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


async def take(db: "Connection", department: str = "service") -> list[tuple[Any, ...]]:
    """Kind, change, customer and row of the events since the last time, in their order."""
    rows = await db.fetch(f"SELECT * FROM {department}.event ORDER BY sequence")  # noqa: S608
    await db.execute(f"TRUNCATE {department}.event, {department}.event_author")
    return [(row["kind"], row["change"], row["customer_id"], row["row_id"]) for row in rows]


async def test_a_row_is_added_changed_and_gone(db: "Connection") -> None:
    call = uuid4()
    await db.execute(CALL, ANNA, call, AT)
    assert await take(db) == [("CALL", "ADDED", ANNA, call)]
    await db.execute("UPDATE service.call SET duration_seconds = 61 WHERE id = $1", call)
    assert await take(db) == [("CALL", "CHANGED", ANNA, call)]
    await db.execute("DELETE FROM service.call WHERE id = $1", call)
    assert await take(db) == [("CALL", "GONE", ANNA, call)]


async def test_a_change_that_changes_nothing_is_none(db: "Connection") -> None:
    call = uuid4()
    await db.execute(CALL, ANNA, call, AT)
    await take(db)
    await db.execute("UPDATE service.call SET duration_seconds = duration_seconds WHERE id = $1", call)
    await db.execute("UPDATE service.call SET agent = 'x' WHERE id = $1", uuid4())
    assert await take(db) == []


async def test_only_categories_whose_columns_changed_are_told(db: "Connection") -> None:
    terms = "INSERT INTO finance.credit (customer_id, net_days, currency, exposure) VALUES ($1, 30, 'EUR', 0)"
    await db.execute(terms, ANNA)
    assert await take(db, "finance") == [
        ("CREDIT_TERMS", "ADDED", ANNA, ANNA),
        ("CREDIT_LIMIT", "ADDED", ANNA, ANNA),
    ]
    for statement, told in (
        ("SET rating_score = 700", [("CREDIT_RATING", "ADDED")]),
        ("SET rating_score = 650, rating_grade = 'B'", [("CREDIT_RATING", "CHANGED")]),
        (
            "SET rating_score = NULL, rating_grade = NULL, net_days = 14",
            [("CREDIT_TERMS", "CHANGED"), ("CREDIT_RATING", "GONE")],
        ),
    ):
        await db.execute(f"UPDATE finance.credit {statement}")
        assert await take(db, "finance") == [(*each, ANNA, ANNA) for each in told]
    await db.execute("DELETE FROM finance.credit")
    await take(db, "finance")


async def test_a_reduced_value_is_told_only_if_it_differs(db: "Connection") -> None:
    customer = await add_customer(db, birth_date="1980-03-01")
    kinds = [kind for kind, change, *_ in await take(db, "core") if change == "ADDED"]
    assert kinds == ["CUSTOMER", "NAME", "LIFECYCLE", "BIRTH_DATE", "BIRTH_YEAR"]
    await db.execute("UPDATE core.customer SET birth_date = '1980-03-02' WHERE id = $1", customer)
    assert await take(db, "core") == [("BIRTH_DATE", "CHANGED", customer, customer)]
    await db.execute("UPDATE core.customer SET birth_date = '1981-03-02' WHERE id = $1", customer)
    assert [each[0] for each in await take(db, "core")] == ["BIRTH_DATE", "BIRTH_YEAR"]


async def test_contact_points_tell_by_their_kind(db: "Connection") -> None:
    customer, point = await add_customer(db), uuid4()
    await take(db, "core")
    add = "INSERT INTO core.contact_point (customer_id, id, kind, value) VALUES ($1, $2, 'EMAIL', 'kim@example.org')"
    await db.execute(add, customer, point)
    assert [each[:2] for each in await take(db, "core")] == [
        ("CONTACT_POINT", "ADDED"),
        ("EMAIL", "ADDED"),
        ("EMAIL_DOMAIN", "ADDED"),
    ]
    await db.execute("UPDATE core.contact_point SET value = 'k.smith@example.org' WHERE id = $1", point)
    assert [each[:2] for each in await take(db, "core")] == [("EMAIL", "CHANGED")]
    await db.execute("UPDATE core.contact_point SET kind = 'PHONE', value = '+46701740624' WHERE id = $1", point)
    assert [each[:2] for each in await take(db, "core")] == [
        ("EMAIL", "GONE"),
        ("EMAIL_DOMAIN", "GONE"),
        ("PHONE", "ADDED"),
    ]


async def test_an_owner_that_changes_is_gone_for_the_old_and_added_for_the_new(db: "Connection") -> None:
    call = uuid4()
    await db.execute(CALL, ANNA, call, AT)
    await take(db)
    await db.execute("UPDATE service.call SET customer_id = $1 WHERE id = $2", BERT, call)
    assert sorted(await take(db)) == sorted([("CALL", "GONE", ANNA, call), ("CALL", "ADDED", BERT, call)])


async def test_lines_tell_of_their_invoice_once(db: "Connection") -> None:
    invoice = await add_invoice(db)
    await take(db, "finance")
    lines = """
        INSERT INTO finance.invoice_line
            (customer_id, invoice_id, position, description, quantity, unit_price, amount, currency)
        SELECT $1, $2, position, 'x', 1, 1, 1, 'EUR' FROM generate_series(1, 3) AS position
    """
    await db.execute(lines, ANNA, invoice)
    changed = [("INVOICE", "CHANGED", ANNA, invoice)]
    assert await take(db, "finance") == changed
    await db.execute("UPDATE finance.invoice_line SET amount = 2 WHERE position < 3")
    assert await take(db, "finance") == changed
    await db.execute("UPDATE finance.invoice_line SET amount = 2 WHERE position < 3")
    assert await take(db, "finance") == []
    await db.execute("DELETE FROM finance.invoice_line WHERE position = 1")
    assert await take(db, "finance") == changed
    await db.execute("DELETE FROM finance.invoice WHERE id = $1", invoice)
    assert await take(db, "finance") == [("INVOICE", "GONE", ANNA, invoice)], "lines go with it and tell nothing"


async def test_messages_that_go_with_their_ticket_are_gone(db: "Connection") -> None:
    ticket = uuid4()
    await add_ticket(db, ticket, messages=3)
    assert [each[:2] for each in await take(db)] == [("TICKET", "ADDED"), *[("MESSAGE", "ADDED")] * 3]
    await db.execute("DELETE FROM service.ticket WHERE id = $1", ticket)
    assert sorted(each[:2] for each in await take(db)) == [*[("MESSAGE", "GONE")] * 3, ("TICKET", "GONE")]


async def test_interests_tell_of_the_customer(db: "Connection") -> None:
    add = "INSERT INTO marketing.interest (customer_id, topic, score, updated_at) VALUES ($1, $2, 0.5, now())"
    await db.executemany(add, [(ANNA, "sailing"), (ANNA, "tea")])
    changed = ("INTEREST", "CHANGED", ANNA, ANNA)
    assert await take(db, "marketing") == [changed, changed]
    await db.execute("UPDATE marketing.interest SET score = 0.6")
    await db.execute("DELETE FROM marketing.interest")
    assert await take(db, "marketing") == [changed, changed]


async def test_the_ledger_tells_and_its_flags_do_not(db: "Connection") -> None:
    customer = await add_customer(db)
    await take(db, "core")
    add = """
        INSERT INTO core.privacy_event (customer_id, topic, state, occurred_at, recorded_via)
        VALUES ($1, $2, $3, now(), 'CORE')
    """
    for topic, state, kind in (
        ("DIRECT_MARKETING", "CONSENT_GIVEN", "CONSENT"),
        ("PROFILING", "OBJECTED", "OBJECTION"),
        ("PROCESSING", "RESTRICTED", "RESTRICTION"),
        ("ERASURE", "HELD", "LEGAL_HOLD"),
    ):
        await db.execute(add, customer, topic, state)
        assert [each[:3] for each in await take(db, "core")] == [(kind, "ADDED", customer)]
    await db.execute("DELETE FROM core.customer WHERE id = $1", customer)
    assert len([each for each in await take(db, "core") if each[1] == "GONE"]) == 3 + 4


async def test_nothing_is_told_of_what_is_rolled_back(db: "Connection") -> None:
    transaction = db.transaction()
    await transaction.start()
    await db.execute(CALL, ANNA, uuid4(), AT)
    await transaction.rollback()
    assert await take(db) == []


async def test_a_day_begins_in_utc_whatever_the_session_says(db: "Connection") -> None:
    await db.execute("SET timezone = 'Europe/Stockholm'")
    await add_invoice(db)
    assert await db.fetchval("SELECT happened_at FROM finance.event") == datetime(2026, 8, 23, tzinfo=UTC)
    await take(db, "finance")


async def test_it_happened_when_the_row_says_and_changed_now(db: "Connection") -> None:
    call = uuid4()
    await db.execute(CALL, ANNA, call, AT)
    await db.execute("UPDATE service.call SET agent = 'x' WHERE id = $1", call)
    added, changed = await db.fetch("SELECT happened_at, recorded_at FROM service.event ORDER BY sequence")
    assert added["happened_at"] == AT
    assert changed["happened_at"] == changed["recorded_at"] > AT
    await take(db)


async def test_bulk_is_marked_and_the_author_lies_apart(db: "Connection") -> None:
    await db.execute(CALL, ANNA, uuid4(), AT)
    async with db.transaction():
        await db.execute("SET LOCAL customer360.bulk = 'on'; SET LOCAL customer360.author = 'kim'")
        await db.execute(CALL, ANNA, uuid4(), AT)
    await db.execute(CALL, ANNA, uuid4(), AT)
    rows = await db.fetch(
        "SELECT is_bulk, author FROM service.event LEFT JOIN service.event_author ON event_id = id ORDER BY sequence"
    )
    assert [tuple(row) for row in rows] == [(False, None), (True, "kim"), (False, None)]
    await take(db)


async def test_no_value_is_in_the_queue(db: "Connection") -> None:
    columns = "SELECT attname::text FROM pg_attribute WHERE attrelid = 'core.event'::regclass AND attnum > 0"
    assert [row[0] for row in await db.fetch(columns)] == [
        *("sequence", "id", "customer_id", "kind", "change", "row_id", "happened_at", "recorded_at", "is_bulk")
    ]


async def test_a_login_that_may_only_write_the_table_records_and_cannot_forge(db: "Connection") -> None:
    await db.execute("""
        CREATE ROLE telephone LOGIN; GRANT USAGE ON SCHEMA service TO telephone;
        GRANT CREATE ON SCHEMA public TO telephone; GRANT INSERT ON service.call TO telephone
    """)
    call = uuid4()
    try:
        await db.execute("SET ROLE telephone")
        await db.execute(CALL, ANNA, call, AT)
        for statement in (
            "SELECT * FROM service.event",
            FORGED,
            FORGED_BY_TRIGGER,
        ):
            with pytest.raises(Exception, match="permission denied"):
                await db.execute(statement)
    finally:
        await db.execute("RESET ROLE; DROP TABLE IF EXISTS public.call; DROP OWNED BY telephone; DROP ROLE telephone")
    assert await take(db) == [("CALL", "ADDED", ANNA, call)]


async def test_a_login_with_every_future_table_gets_no_queue(addresses_apart: dict[str, str]) -> None:
    """As deploy/department-logins.sql gave it before there was a queue."""
    finance = {"finance": addresses_apart["finance"]}
    await downgrade(finance, "finance", "finance_0002")
    async with connected(finance["finance"]) as db:
        await db.execute("""
            CREATE ROLE reader; GRANT USAGE ON SCHEMA finance TO reader;
            ALTER DEFAULT PRIVILEGES IN SCHEMA finance GRANT SELECT ON TABLES TO reader
        """)
        await upgrade(finance)
        may = "SELECT has_table_privilege('reader', 'finance.' || $1, 'SELECT')"
        assert [await db.fetchval(may, table) for table in ("event", "event_author")] == [False, False]
        await db.execute("DROP OWNED BY reader; DROP ROLE reader")


async def test_a_recorder_that_differs_is_noticed_and_replaced(addresses: dict[str, str], db: "Connection") -> None:
    await db.execute("DROP FUNCTION service.record_call CASCADE")
    (found,) = await status({"service": addresses["service"]})
    assert (found.is_current, found.differing_recorders) == (False, ("call",))
    await upgrade({"service": addresses["service"]})
    (found,) = await status({"service": addresses["service"]})
    assert found.is_current
    call = uuid4()
    await db.execute(CALL, ANNA, call, AT)
    assert await take(db) == [("CALL", "ADDED", ANNA, call)]


@pytest.mark.parametrize("department", DEPARTMENTS)
async def test_every_table_has_its_three_triggers(db: "Connection", department: str) -> None:
    found = await db.fetch(
        "SELECT tgrelid::regclass::text AS name, count(*) AS number FROM pg_trigger"
        " WHERE tgname LIKE 'record\\_%' AND tgrelid::regclass::text LIKE $1 || '.%' AND tgenabled = 'O' GROUP BY 1",
        department,
    )
    assert {row["name"]: row["number"] for row in found} == {each.table.fullname: 3 for each in EVENTS[department]}
    assert differing_recorders(dict(await db.fetch(BODIES.format(department=department))), department) == []


@pytest.mark.parametrize("events", [e for d in DEPARTMENTS for e in EVENTS[d]], ids=lambda e: e.table.fullname)
def test_no_trigger_notifies(events: TableEvents) -> None:
    assert "notify" not in function_body(events).lower()


async def add_customer(db: "Connection", birth_date: str | None = None) -> UUID:
    row = await db.fetchval(
        "INSERT INTO core.customer (number, status, kind, display_name, birth_date)"
        " VALUES (gen_random_uuid()::text, 'ACTIVE', 'INDIVIDUAL', 'Kim', $1::text::date) RETURNING id",
        birth_date,
    )
    assert isinstance(row, UUID)
    return row


async def add_invoice(db: "Connection") -> UUID:
    row = await db.fetchval(
        "INSERT INTO finance.invoice (customer_id, number, state, issued_on, due_on, currency, total, tax, open_amount)"
        " VALUES ($1, gen_random_uuid()::text, 'SENT', '2026-08-23', '2026-09-23', 'EUR', 1, 0, 1) RETURNING id",
        ANNA,
    )
    assert isinstance(row, UUID)
    return row


async def add_ticket(db: "Connection", ticket: UUID, messages: int) -> None:
    await db.execute(
        "INSERT INTO service.ticket (customer_id, id, number, kind, status, priority, channel, subject, opened_at)"
        " VALUES ($1, $2, gen_random_uuid()::text, 'QUESTION', 'PENDING', 'NORMAL', 'PHONE', 'x', now())",
        ANNA,
        ticket,
    )
    await db.execute(
        "INSERT INTO service.message (customer_id, ticket_id, channel, direction, sent_at, body)"
        " SELECT $1, $2, 'EMAIL', 'INBOUND', now(), 'x' FROM generate_series(1, $3)",
        ANNA,
        ticket,
        messages,
    )

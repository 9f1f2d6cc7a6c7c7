"""Activity follows from the departments' rows, however events reach it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from datasources.engine.pools.sessions import connect, connected
from datasources.events.leader import lead_all
from datasources.events.rebuild import _truth, rebuild, verify
from datasources.events.retention import forget_activity, forget_changes
from datasources.sample.seed import seed
from tests.conftest import SEEDED_TODAY
from tests.events.conftest import SECONDS
from tests.jobs.test_process import environment_of, run_command

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[Any]

ALIVE = "coalesce(retain_until >= current_date, true)"
ENTRIES = "SELECT kind, count(*) FROM core.activity GROUP BY kind ORDER BY kind"
OF_CUSTOMER = (
    "SELECT kind, id, at, channel, direction, retain_until FROM core.activity WHERE customer_id = $1 ORDER BY at"
)
ADD_TICKET = """
    INSERT INTO service.ticket
        (customer_id, id, number, kind, status, priority, channel, subject, opened_at, retain_until)
    VALUES ($1, $2, gen_random_uuid()::text, 'QUESTION', 'PENDING', 'NORMAL', 'PHONE', 'x', $3, '2999-12-31')
"""
ADD_MESSAGE = """
    INSERT INTO service.message (customer_id, id, ticket_id, channel, direction, sent_at, body)
    VALUES ($1, $2, $3, 'EMAIL', 'INBOUND', $4, 'x')
"""
ADD_CALL = """
    INSERT INTO service.call (customer_id, direction, started_at, duration_seconds) VALUES ($1, 'INBOUND', $2, 1)
"""
ADD_ENTRY = """
    INSERT INTO core.activity (customer_id, kind, id, at, retain_until)
    VALUES ($1, 'CALL', $2, now(), $3::text::date)
"""
ADD_CHANGE = """
    INSERT INTO core.change
        (event_id, department, customer_id, kind, change, row_id, happened_at, recorded_at, is_bulk)
    VALUES ($1, 'service', $1, 'CALL', 'ADDED', $1, now(), now() - $2 * interval '1 day', false)
"""
OLD = "SELECT event_id FROM core.{table} WHERE event_id = ANY ($1)"
TODAY = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
RETAIN = "UPDATE service.ticket SET retain_until = $2::text::date WHERE id = $1"


@asynccontextmanager
async def leading_all(places: dict[str, str]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(lead_all(places, stop))
    try:
        yield
        await until_applied(places)
    finally:
        stop.set()
        await task


async def until_applied(places: dict[str, str]) -> None:
    async with asyncio.timeout(SECONDS):
        for department, address in places.items():
            async with connected(address) as connection:
                while await connection.fetchval(f"SELECT EXISTS (SELECT FROM {department}.event)"):  # noqa: ASYNC110, S608
                    await asyncio.sleep(0.01)


async def differing(places: dict[str, str]) -> int:
    return sum(each.differing for each in await verify(places))


@pytest.fixture(autouse=True)
async def _twenty_customers(places: dict[str, str]) -> None:
    """Their events wait in the queues at first; later, everything is applied."""
    async with connected(places["core"]) as core:
        if await core.fetchval("SELECT count(*) FROM core.customer") == 0:
            await seed(places, customers=20, seed=7, today=SEEDED_TODAY)


@pytest.fixture
async def core(places: dict[str, str]) -> AsyncIterator["Connection"]:
    async with connected(places["core"]) as opened:
        yield opened


@pytest.fixture
async def service(places: dict[str, str]) -> AsyncIterator["Connection"]:
    async with connected(places["service"]) as opened:
        yield opened


async def test_what_was_seeded_is_there_and_nothing_differs(places: dict[str, str], core: "Connection") -> None:
    async with leading_all(places):
        pass
    assert await differing(places) == 0
    counts = {row["kind"]: row["count"] for row in await core.fetch(ENTRIES)}
    for kind, table, where in (
        ("ORDER", "sales.sales_order", ALIVE),
        ("INVOICE", "finance.invoice", ALIVE),
        ("CALL", "service.call", ALIVE),
        ("TOUCHPOINT", "marketing.touchpoint", ALIVE),
        ("CONSENT", "core.privacy_event", "state LIKE 'CONSENT%'"),
        ("CHANNEL_PREFERENCE", "core.channel_preference", "true"),
    ):
        async with connected(places[table.partition(".")[0]]) as department:
            alive = (
                "" if kind in ("CONSENT", "CHANNEL_PREFERENCE") else " AND coalesce(retain_until >= current_date, true)"
            )
            rows = await department.fetchval(f"SELECT count(*) FROM {table} WHERE {where}{alive}")  # noqa: S608
        counts = {row["kind"]: row["count"] for row in await core.fetch(ENTRIES)}
        assert counts.get(kind, 0) == rows, kind
    assert sum(counts.values()) > 300


async def test_an_entry_is_what_its_row_is(places: dict[str, str], core: "Connection", service: "Connection") -> None:
    customer, ticket, message = uuid4(), uuid4(), uuid4()
    async with leading_all(places):
        await service.execute(ADD_TICKET, customer, ticket, TODAY)
        await service.execute(ADD_MESSAGE, customer, message, ticket, TODAY.replace(hour=10))
    far = datetime(2999, 12, 31, tzinfo=UTC).date()
    assert [tuple(row) for row in await core.fetch(OF_CUSTOMER, customer)] == [
        ("TICKET", ticket, TODAY, "PHONE", None, far),
        ("MESSAGE", message, TODAY.replace(hour=10), "EMAIL", "INBOUND", far),
    ]
    async with leading_all(places):
        await service.execute("UPDATE service.message SET direction = 'OUTBOUND' WHERE id = $1", message)
        await service.execute("UPDATE service.ticket SET channel = 'CHAT', subject = 'y' WHERE id = $1", ticket)
    assert [(row["kind"], row["channel"], row["direction"]) for row in await core.fetch(OF_CUSTOMER, customer)] == [
        ("TICKET", "CHAT", None),
        ("MESSAGE", "EMAIL", "OUTBOUND"),
    ]
    async with leading_all(places):
        await service.execute("DELETE FROM service.ticket WHERE id = $1", ticket)
    assert await core.fetch(OF_CUSTOMER, customer) == []
    assert await differing(places) == 0


async def test_a_message_lives_as_long_as_its_ticket(
    places: dict[str, str], core: "Connection", service: "Connection"
) -> None:
    customer, ticket, message = uuid4(), uuid4(), uuid4()
    async with leading_all(places):
        await service.execute(ADD_TICKET, customer, ticket, TODAY)
        await service.execute(ADD_MESSAGE, customer, message, ticket, TODAY)
        await service.execute(RETAIN, ticket, "2998-01-01")
        await service.execute("UPDATE service.ticket SET subject = 'z' WHERE id = $1", ticket)
    kept = await core.fetch(OF_CUSTOMER, customer)
    assert {row["retain_until"].year for row in kept} == {2998}
    assert len(kept) == 2
    async with leading_all(places):
        await service.execute(RETAIN, ticket, "2001-01-01")
    assert await core.fetch(OF_CUSTOMER, customer) == []
    assert await differing(places) == 0


async def test_an_owner_that_changes_takes_the_entry_along(
    places: dict[str, str], core: "Connection", service: "Connection"
) -> None:
    anna, bert = uuid4(), uuid4()
    async with leading_all(places):
        await service.execute(ADD_CALL, anna, TODAY)
        await service.execute("UPDATE service.call SET customer_id = $1 WHERE customer_id = $2", bert, anna)
    assert await core.fetch(OF_CUSTOMER, anna) == []
    assert [row["kind"] for row in await core.fetch(OF_CUSTOMER, bert)] == ["CALL"]


async def test_events_that_come_twice_or_late_change_nothing(
    places: dict[str, str], core: "Connection", service: "Connection"
) -> None:
    async with leading_all(places):
        pass
    before = await core.fetch("SELECT * FROM core.activity ORDER BY customer_id, kind, id")
    rows = await core.fetch("SELECT customer_id, row_id FROM core.change WHERE kind = 'TICKET' ORDER BY random()")
    async with leading_all(places):
        await service.executemany(
            "INSERT INTO service.event (customer_id, kind, change, row_id, happened_at)"
            " VALUES ($1, 'TICKET', 'GONE', $2, now())",
            [tuple(row) for row in rows],
        )
    assert await core.fetch("SELECT * FROM core.activity ORDER BY customer_id, kind, id") == before


async def test_what_differs_is_found_and_mended(places: dict[str, str], core: "Connection") -> None:
    async with leading_all(places):
        pass
    assert await differing(places) == 0
    await core.execute("""
        DELETE FROM core.activity WHERE (customer_id, kind, id) IN
            (SELECT customer_id, kind, id FROM core.activity WHERE kind = 'ORDER' ORDER BY id LIMIT 3);
        UPDATE core.activity SET at = at + interval '1 hour' WHERE (customer_id, kind, id) IN
            (SELECT customer_id, kind, id FROM core.activity WHERE kind = 'INVOICE' ORDER BY id LIMIT 2);
        INSERT INTO core.activity (customer_id, kind, id, at)
            VALUES (gen_random_uuid(), 'CALL', gen_random_uuid(), now())
    """)
    assert {each.department: each.differing for each in await verify(places)} == {
        "core": 0,
        "finance": 2,
        "sales": 3,
        "service": 1,
        "marketing": 0,
    }
    assert sum(each.differing for each in await rebuild(places)) == 6
    assert await differing(places) == 0


async def test_what_waits_in_the_queue_is_no_difference(
    places: dict[str, str], service: "Connection", core: "Connection"
) -> None:
    async with leading_all(places):
        pass
    customer, ticket, message = uuid4(), uuid4(), uuid4()
    await service.execute(ADD_TICKET, customer, ticket, TODAY)
    await service.execute(ADD_MESSAGE, customer, message, ticket, TODAY)
    assert await differing(places) == 0
    await service.execute("TRUNCATE service.event")
    assert await differing(places) == 2
    await rebuild(places)
    assert await differing(places) == 0


async def test_the_leader_waits_while_a_department_is_compared(places: dict[str, str], core: "Connection") -> None:
    numbered = "SELECT count(*) FROM core.change WHERE customer_id = $1"
    customer = uuid4()
    async with leading_all(places), connected(places["service"]) as service:
        async with _truth(places, "service"):
            await service.execute(ADD_CALL, customer, TODAY)
            # Twenty polls of the leader.
            await asyncio.sleep(0.5)
            assert await core.fetchval(numbered, customer) == 0
        await until_applied(places)
        assert await core.fetchval(numbered, customer) == 1


async def test_a_rebuild_under_load_leaves_nothing_behind(places: dict[str, str], core: "Connection") -> None:
    customers = [uuid4() for _ in range(5)]

    async def write(number: int) -> None:
        connection = await connect(places["service"])
        for turn in range(30):
            ticket, customer = uuid4(), customers[(number + turn) % 5]
            await connection.execute(ADD_TICKET, customer, ticket, TODAY)
            await connection.execute(ADD_MESSAGE, customer, uuid4(), ticket, TODAY)
            if turn % 3 == 0:
                await connection.execute("DELETE FROM service.ticket WHERE id = $1", ticket)
            elif turn % 3 == 1:
                await connection.execute("UPDATE service.ticket SET channel = 'SMS' WHERE id = $1", ticket)
        await connection.close()

    async with leading_all(places):
        writers = [asyncio.create_task(write(number)) for number in range(3)]
        while not all(each.done() for each in writers):
            await rebuild(places)
            assert await differing(places) == 0
        await asyncio.gather(*writers)
    assert await differing(places) == 0
    assert await core.fetchval("SELECT count(*) FROM core.activity WHERE customer_id = ANY ($1)", customers) == 3 * 40


async def test_retention_takes_entries_with_it(places: dict[str, str], core: "Connection") -> None:
    customer = uuid4()
    today = await core.fetchval("SELECT (now() AT TIME ZONE 'UTC')::date")
    yesterday = await core.fetchval("SELECT ((now() AT TIME ZONE 'UTC')::date - 1)::text")
    kept = uuid4()
    await core.execute(ADD_ENTRY, customer, kept, str(today))
    await core.execute(ADD_ENTRY, customer, uuid4(), yesterday)
    await forget_activity(places["core"])
    assert [row["id"] for row in await core.fetch(OF_CUSTOMER, customer)] == [kept]
    await core.execute("DELETE FROM core.activity WHERE customer_id = $1", customer)


async def test_changes_are_kept_for_their_days(places: dict[str, str], core: "Connection") -> None:
    ids: list[UUID] = []
    for days in (29, 31):
        ids.append(uuid4())
        await core.execute(ADD_CHANGE, ids[-1], days)
        await core.execute("INSERT INTO core.change_author VALUES ($1, 'kim')", ids[-1])
    await forget_changes(places["core"], 30)
    assert [row["event_id"] for row in await core.fetch(OLD.format(table="change"), ids)] == ids[:1]
    assert [row["event_id"] for row in await core.fetch(OLD.format(table="change_author"), ids)] == ids[:1]


async def test_the_command_proves_and_mends(places: dict[str, str], core: "Connection", tmp_path: Path) -> None:
    async with leading_all(places):
        pass
    environment = environment_of(places, tmp_path)
    assert run_command(environment, "activity", "rebuild").returncode == 0
    proof = run_command(environment, "activity", "verify", "--json")
    assert (proof.returncode, [each["differing"] for each in json.loads(proof.stdout)]) == (0, [0] * 5)
    await core.execute("DELETE FROM core.activity WHERE kind = 'CONSENT'")
    failed = run_command(environment, "activity", "verify")
    assert failed.returncode == 1
    assert failed.stderr.strip().endswith("Run: customer360 activity rebuild")
    assert "core" in run_command(environment, "activity", "rebuild").stdout
    assert run_command(environment, "activity", "verify").returncode == 0

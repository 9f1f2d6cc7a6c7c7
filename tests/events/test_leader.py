"""The leader: nothing is lost, nothing is numbered twice, whatever happens between its steps."""

import asyncio
import logging
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from datasources.engine.pools.sessions import connect, connected
from datasources.events import batches, statements
from datasources.events.batches import Queue, take_batch
from datasources.events.leader import lead_all
from tests.events.conftest import SECONDS, leading, until_empty

if TYPE_CHECKING:
    Connection = asyncpg.Connection[Any]

ADD_CALL = """
    INSERT INTO service.call (customer_id, direction, started_at, duration_seconds)
    VALUES ($1, 'INBOUND', now(), 60) RETURNING id
"""
LEADERS = """pg_locks WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
CUT_OFF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer360 events'"
CHANGES = "SELECT * FROM core.change ORDER BY position"


@pytest.fixture(autouse=True)
async def _nothing_has_happened(places: dict[str, str]) -> None:
    async with connected(places["core"]) as core, connected(places["service"]) as service:
        await core.execute("TRUNCATE core.change, core.change_author, core.activity")
        await service.execute("TRUNCATE service.event, service.event_author, service.call")


async def until_numbered(core: "Connection", count: int) -> list[UUID]:
    """The rows of the changes in the order of their positions, once there are so many."""
    async with asyncio.timeout(SECONDS):
        while len(found := await core.fetch(CHANGES)) < count:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.01)
    return [row["row_id"] for row in found]


async def test_events_are_numbered_in_their_order_and_leave_the_queue(
    places: dict[str, str], core: "Connection", service: "Connection"
) -> None:
    customer = uuid4()
    async with leading(places):
        calls = [await service.fetchval(ADD_CALL, customer) for _ in range(5)]
        await service.execute("SET customer360.author = 'kim'; SET customer360.bulk = 'on'")
        calls.append(await service.fetchval(ADD_CALL, customer))
        assert await until_numbered(core, 6) == calls
        await until_empty(service)
    rows = await core.fetch(CHANGES)
    assert [row["position"] for row in rows] == sorted(row["position"] for row in rows)
    assert {(row["department"], row["kind"], row["change"], row["customer_id"]) for row in rows} == {
        ("service", "CALL", "ADDED", customer)
    }
    assert [row["is_bulk"] for row in rows] == [False] * 5 + [True]
    authors = await core.fetch("SELECT event_id, author FROM core.change_author")
    assert [tuple(row) for row in authors] == [(rows[-1]["event_id"], "kim")]
    assert await service.fetchval("SELECT count(*) FROM service.event_author") == 0


async def test_a_transaction_that_commits_late_comes_late_and_is_not_lost(
    places: dict[str, str], core: "Connection", service: "Connection"
) -> None:
    async with leading(places), connected(places["service"]) as other:
        transaction = other.transaction()
        await transaction.start()
        late = await other.fetchval(ADD_CALL, uuid4())
        early = await service.fetchval(ADD_CALL, uuid4())
        assert await until_numbered(core, 1) == [early]
        await transaction.commit()
        assert await until_numbered(core, 2) == [early, late]


async def test_a_dump_that_is_held_open_stops_nothing(
    places: dict[str, str], core: "Connection", service: "Connection"
) -> None:
    async with leading(places), connected(places["service"]) as dump:
        transaction = dump.transaction(isolation="repeatable_read", readonly=True)
        await transaction.start()
        await dump.fetchval("SELECT count(*) FROM service.call")
        calls = [await service.fetchval(ADD_CALL, uuid4()) for _ in range(3)]
        assert await until_numbered(core, 3) == calls
        await until_empty(service)
        await transaction.rollback()


async def test_of_two_leaders_one_leads_and_the_other_follows_it(
    places: dict[str, str], core: "Connection", service: "Connection"
) -> None:
    async with leading(places), leading(places):
        calls = {await service.fetchval(ADD_CALL, uuid4()) for _ in range(50)}
        assert set(await until_numbered(core, 50)) == calls
        assert await core.fetchval(f"SELECT count(*) FROM {LEADERS}") == 1  # noqa: S608
        await core.execute(f"SELECT pg_terminate_backend(pid) FROM {LEADERS}")  # noqa: S608
        calls.add(await service.fetchval(ADD_CALL, uuid4()))
        assert set(await until_numbered(core, 51)) == calls
        await until_empty(service)
    assert len(await core.fetch(CHANGES)) == 51


async def test_a_leader_that_ends_is_followed_by_another(
    places: dict[str, str], core: "Connection", service: "Connection"
) -> None:
    calls = []
    for _ in range(2):
        async with leading(places):
            calls.append(await service.fetchval(ADD_CALL, uuid4()))
            assert await until_numbered(core, len(calls)) == calls
    calls.append(await service.fetchval(ADD_CALL, uuid4()))
    async with leading(places):
        assert await until_numbered(core, 3) == calls


async def test_a_crash_between_apply_and_delete_numbers_nothing_twice(
    places: dict[str, str], core: "Connection", service: "Connection", monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [await service.fetchval(ADD_CALL, uuid4()) for _ in range(3)]

    async def crash(queue: Queue, sequences: list[int]) -> None:
        raise ConnectionResetError

    is_fused = places["core"] == places["service"]
    queue = Queue("service", core if is_fused else service, core)
    with monkeypatch.context() as patch:
        patch.setattr(batches, "_delete", crash)
        with pytest.raises(ConnectionResetError):
            await take_batch(queue)
    # Fused, the transaction is undone; apart, core has committed.
    assert len(await core.fetch(CHANGES)) == (0 if is_fused else 3)
    assert await take_batch(queue) == 3
    assert await take_batch(queue) == 0
    assert [row["row_id"] for row in await core.fetch(CHANGES)] == calls
    assert await core.fetchval("SELECT count(*) FROM core.activity") == 3


async def test_a_department_sends_its_own_kinds_only(
    places: dict[str, str], core: "Connection", service: "Connection", caplog: pytest.LogCaptureFixture
) -> None:
    forged = """
        INSERT INTO service.event (customer_id, kind, change, row_id, happened_at)
        VALUES (gen_random_uuid(), $1, 'CHANGED', gen_random_uuid(), now())
    """
    invoice = await core.fetchval(
        "INSERT INTO core.activity (customer_id, kind, id, at)"
        " VALUES (gen_random_uuid(), 'INVOICE', gen_random_uuid(), now()) RETURNING customer_id"
    )
    for kind in ("CONSENT", "INVOICE", "NONSENSE"):
        await service.execute(forged, kind)
    await service.execute(
        "UPDATE service.event SET customer_id = $1, row_id = (SELECT $2::uuid) WHERE kind = 'INVOICE'",
        invoice,
        await core.fetchval("SELECT id FROM core.activity"),
    )
    call = await service.fetchval(ADD_CALL, uuid4())
    with caplog.at_level(logging.ERROR):
        async with leading(places):
            assert await until_numbered(core, 1) == [call]
            await until_empty(service)
    assert "3 events of service are of a kind that it does not have" in caplog.text
    assert len(await core.fetch(CHANGES)) == 1
    assert await core.fetchval("SELECT count(*) FROM core.activity WHERE customer_id = $1", invoice) == 1


async def test_one_empty_notification_a_batch(
    places: dict[str, str], core: "Connection", service: "Connection"
) -> None:
    heard: list[tuple[str, object]] = []
    await core.add_listener(statements.CHANNEL, lambda _, __, channel, payload: heard.append((channel, payload)))
    async with service.transaction():
        for _ in range(10):
            await service.execute(ADD_CALL, uuid4())
    async with connected(places["core"]) as other, connected(places["service"]) as source:
        is_fused = places["core"] == places["service"]
        assert await take_batch(Queue("service", other if is_fused else source, other)) == 10
        assert await take_batch(Queue("service", other if is_fused else source, other)) == 0
    await core.execute("SELECT 1")
    assert heard == [(statements.CHANNEL, "")]


async def test_positions_become_visible_in_their_order(places: dict[str, str], core: "Connection") -> None:
    """Two departments number at once: the second waits for the first to commit."""
    async with connected(places["core"]) as first, connected(places["core"]) as second:
        transaction = first.transaction()
        await transaction.start()
        await first.execute(statements.LOCK_POSITIONS)
        async with second.transaction():
            await second.execute("SET LOCAL lock_timeout = '100ms'")
            with pytest.raises(asyncpg.LockNotAvailableError):
                await second.execute(statements.LOCK_POSITIONS)
        await transaction.rollback()


async def test_all_departments_are_led_and_recover_when_cut_off(
    places: dict[str, str], core: "Connection", service: "Connection"
) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(lead_all(places, stop))
    calls = [await service.fetchval(ADD_CALL, uuid4())]
    assert await until_numbered(core, 1) == calls
    await core.execute(CUT_OFF)
    calls.append(await service.fetchval(ADD_CALL, uuid4()))
    assert await until_numbered(core, 2) == calls
    stop.set()
    await task


async def test_a_history_of_writers_and_leaders_that_are_cut_off(
    places: dict[str, str], core: "Connection", service: "Connection"
) -> None:
    """Writers with transactions of random length, leaders cut off at random: every committed event once, in order."""
    written: list[UUID] = []

    async def write(number: int) -> None:
        connection = await connect(places["service"])
        for turn in range(25):
            async with connection.transaction():
                call = await connection.fetchval(ADD_CALL, uuid4())
                await asyncio.sleep((number * 7 + turn * 3) % 5 / 500)
            written.append(call)
        await connection.close()

    async with leading(places), leading(places):
        writers = [asyncio.create_task(write(number)) for number in range(4)]
        for _ in range(6):
            await asyncio.sleep(0.1)
            await core.execute(CUT_OFF)
        await asyncio.gather(*writers)
        numbered = await until_numbered(core, 100)
        await until_empty(service)
    assert len(numbered) == 100
    assert set(numbered) == set(written)
    assert await core.fetchval("SELECT count(*) FROM core.activity") == 100


async def test_a_batch_that_fails_rests_and_the_other_departments_go_on(
    addresses: dict[str, str], db: "Connection", caplog: pytest.LogCaptureFixture
) -> None:
    await db.execute("TRUNCATE core.change, core.activity, service.event")
    await db.execute("ALTER TABLE sales.sales_order RENAME TO hidden")
    stop = asyncio.Event()
    task = asyncio.create_task(lead_all(addresses, stop))
    try:
        await db.execute(
            "INSERT INTO sales.event (customer_id, kind, change, row_id, happened_at)"
            " VALUES (gen_random_uuid(), 'ORDER', 'CHANGED', gen_random_uuid(), now())"
        )
        async with asyncio.timeout(SECONDS):
            while "events of sales cannot be applied" not in caplog.text:  # noqa: ASYNC110 - another task logs
                await asyncio.sleep(0.01)
        call = await db.fetchval(ADD_CALL, uuid4())
        assert await until_numbered(db, 1) == [call]
    finally:
        await db.execute("ALTER TABLE sales.hidden RENAME TO sales_order")
        stop.set()
        await task


async def test_moments_of_any_age_pass(places: dict[str, str], core: "Connection", service: "Connection") -> None:
    moments = ["infinity", "-infinity", "0044-03-15 12:00 BC", "12026-11-03 09:30:00.123456+00"]
    async with leading(places):
        for moment in moments:
            await service.execute(
                "INSERT INTO service.call (customer_id, direction, started_at, duration_seconds)"
                " VALUES (gen_random_uuid(), 'INBOUND', $1::text::timestamptz, 60)",
                moment,
            )
        await until_numbered(core, len(moments))
    kept = await core.fetch("SELECT count(*) FROM core.activity WHERE at = ANY ($1::text[]::timestamptz[])", moments)
    assert kept[0]["count"] == len(moments)

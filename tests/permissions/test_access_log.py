"""The record before the answer: durable first, with subjects and coordinates, without values, and none lost."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import asyncpg
import orjson
import pytest

from auth.access_log import AccessRecord, Disclosure, LogUnavailable
from auth.policy.rules import Policy
from datasources.core import access_index
from datasources.core.access_log import CoreAccessLog
from datasources.engine.pools.packed import INTS, UUIDS, Packed
from tests.oracle.world import Row
from tests.permissions.attacks.attacks import Copy, Field
from tests.permissions.world.probes import ONE
from tests.permissions.world.worlds import ask, fetch, run, served, value

CARD = "query ($by: CustomerBy!) { customer(by: $by) { number displayName phoneNumbers { number } } }"
RECORDS = "SELECT *, coordinates FROM core.access_record JOIN core.disclosure ON disclosure = digest ORDER BY sequence"
FOUND = f"SELECT count(*) FROM core.access_record WHERE subjects @> ARRAY['{UUID(int=8)}'::uuid]"  # noqa: S608
# Ends every connection of the log, as a failing network would.
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'customer360 log' AND datname = current_database()
"""


@pytest.fixture
async def address(copy: Copy) -> str:
    return await copy()


def soon() -> float:
    return asyncio.get_running_loop().time() + 60


def _record(n: int) -> AccessRecord:
    coordinates = (("Customer.number", "allow"), ("Customer.displayName", "mask"))
    disclosure = Disclosure(bytes([n % 7]) * 32, coordinates)
    return AccessRecord(f"request {n}", "kim", "service_agent", None, "care", "version", None, (), (), disclosure)


def _is_current(log: CoreAccessLog) -> bool:
    return log.index.is_current


async def test_an_answer_leaves_a_record_of_whom_what_and_who_without_values(
    address: str, policy: Policy, arena: Field
) -> None:
    customer, agent = arena.ordinary(), arena.asker("service_agent", "care").viewer
    async with CoreAccessLog.open(address) as log, served(address, policy, log=log) as graph:
        answer = await ask(graph, CARD, agent, by={"phone": _phone(arena, customer)})
    (row,) = await fetch(address, RECORDS)
    assert row["subjects"] == [customer["id"]]
    assert row["flags"] == [await value(address, f"SELECT flags FROM core.customer WHERE id = '{customer['id']}'")]  # noqa: S608
    assert (row["viewer"], row["viewer_class"], row["purpose"]) == ("somebody", "service_agent", "care")
    assert (row["policy_version"], row["request_id"], row["dry_run_by"]) == (policy.version, "a request", None)
    assert orjson.loads(row["coordinates"]) == [
        ["Customer.displayName", "allow", "unrestricted"],
        ["Customer.number", "allow"],
        ["Customer.phoneNumbers", "allow", "unrestricted"],
        ["PhoneContactPoint.number", "allow", "unrestricted"],
        ["PhoneContactPoint.number:lookup", "allow", "unrestricted"],
        ["Query.customer", "allow"],
    ]
    values = orjson.loads(answer.body)["data"]["customer"]
    stored = str(dict(row))
    assert values["displayName"] not in stored
    assert values["number"] not in stored
    assert values["phoneNumbers"][0]["number"] not in stored


async def test_records_that_are_stored_together_stay_apart(address: str) -> None:
    """Each has its own viewer, purpose, disclosure and subjects, also where others share some of them."""
    some = [UUID(int=n) for n in range(1, 6)]
    records = [
        _record(n)._replace(
            viewer=viewer, client=client, purpose=purpose, subjects=subjects, flags=_flags_like(subjects)
        )
        for n, (viewer, client, purpose, subjects) in enumerate(
            [
                ("kim", None, "care", some[:2]),
                ("lee", "portal", "care", UUIDS.pack(some[2:])),
                ("kim", None, "care", UUIDS.pack(some[:1])),
                ("kim", None, "order", UUIDS.pack([])),
                ("kim", "portal", "care", some[4:]),
            ]
        )
    ]
    # Two have all alike but the request and the subjects.
    records[2] = records[2]._replace(disclosure=records[0].disclosure)
    async with CoreAccessLog.open(address) as log:
        await asyncio.gather(*(log.store(each, soon()) for each in records))
    rows = await fetch(address, "SELECT * FROM core.access_record ORDER BY request_id")
    assert len({row["at"] for row in rows}) == 1
    assert [tuple(row)[2:] for row in rows] == [
        (
            each.request_id,
            each.viewer,
            each.viewer_class,
            each.client,
            each.purpose,
            each.policy_version,
            each.dry_run_by,
            list(each.subjects),
            each.disclosure.digest,
            list(each.flags),
        )
        for each in records
    ]


def _flags_like(subjects: Sequence[UUID]) -> Sequence[int]:
    """Other flags for each subject; packed if the subjects are, as an answer has both."""
    flags = [subject.int * 3 for subject in subjects]
    return INTS.pack(flags) if isinstance(subjects, Packed) else flags


def _phone(arena: Field, customer: Row) -> str:
    shared = [row["value"] for row in arena.rows.tables["core.contact_point"]]
    points = [row for row in arena.rows.tables["core.contact_point"] if row["kind"] == "PHONE"]
    mine = [row for row in points if row["customer_id"] == customer["id"]]
    return next(str(row["value"]) for row in mine if shared.count(row["value"]) == 1)


async def test_the_record_is_there_before_the_answer(address: str, policy: Policy, arena: Field) -> None:
    """While the record cannot be written, the answer waits; it comes when the record is committed."""
    agent, given = arena.asker("service_agent", "care").viewer, {"by": {"number": arena.ordinary()["number"]}}
    async with CoreAccessLog.open(address, timeout_ms=60_000) as log, served(address, policy, log=log) as graph:
        await ask(graph, CARD, agent, **given)
        blocker = await asyncpg.connect(address)
        transaction = blocker.transaction()
        await transaction.start()
        await blocker.execute("LOCK TABLE core.access_record IN EXCLUSIVE MODE")
        waiting = asyncio.create_task(ask(graph, CARD, agent, **given))
        while not await blocker.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not waiting.done()
        assert not waiting.done()
        await transaction.rollback()
        await blocker.close()
        assert (await waiting).outcome == "ok"
    assert await value(address, "SELECT count(*) FROM core.access_record") == 2


@pytest.mark.parametrize(
    "broken",
    [
        "ALTER TABLE core.access_record RENAME TO access_record_of_old",
        "ALTER TABLE core.disclosure RENAME TO disclosure_of_old",
        "ALTER TABLE core.access_record ADD CONSTRAINT never CHECK (sequence < 0) NOT VALID",
        "ALTER TABLE core.access_record ALTER COLUMN viewer TYPE varchar(2) USING left(viewer, 2)",
    ],
)
async def test_what_cannot_be_recorded_does_not_leave(broken: str, address: str, policy: Policy, arena: Field) -> None:
    customer, agent = arena.ordinary(), arena.asker("service_agent", "care").viewer
    given = {"by": {"number": customer["number"]}}
    async with CoreAccessLog.open(address) as log, served(address, policy, log=log) as graph:
        await run(address, broken)
        answer = await ask(graph, CARD, agent, **given)
        assert (answer.outcome, answer.code) == ("failed", "ACCESS_LOG_UNAVAILABLE")
        assert set(orjson.loads(answer.body)) == {"errors"}
        assert str(customer["display_name"]).encode() not in answer.body


async def test_a_lost_connection_costs_one_answer_at_most(address: str, policy: Policy, arena: Field) -> None:
    """Nothing leaves unrecorded, and the log comes back by itself."""
    agent, given = arena.asker("service_agent", "care").viewer, {"by": {"number": arena.ordinary()["number"]}}
    async with CoreAccessLog.open(address) as log, served(address, policy, log=log) as graph:
        answered = [(await ask(graph, CARD, agent, **given)).outcome]
        for _ in range(3):
            await run(address, CUT)
            answered += [(await ask(graph, CARD, agent, **given)).outcome for _ in range(2)]
    assert set(answered) <= {"ok", "failed"}
    assert answered[-1] == "ok"
    recorded = await value(address, "SELECT count(*) FROM core.access_record")
    assert recorded >= sum(each == "ok" for each in answered)


async def test_nothing_is_lost_when_many_come_at_once(address: str) -> None:
    """Groups share a commit: every record whose store returned is there, each once, with its list of coordinates."""
    async with CoreAccessLog.open(address, timeout_ms=60_000) as log:
        await asyncio.gather(*(log.store(_record(n), soon()) for n in range(1_500)))
        stored = await fetch(address, "SELECT request_id FROM core.access_record")
    assert sorted(row["request_id"] for row in stored) == sorted(f"request {n}" for n in range(1_500))
    assert await value(address, "SELECT count(*) FROM core.disclosure") == 7
    orphans = "SELECT count(*) FROM core.access_record WHERE disclosure NOT IN (SELECT digest FROM core.disclosure)"
    assert await value(address, orphans) == 0


async def test_while_connections_are_cut_no_store_returns_without_its_record(address: str) -> None:
    async with CoreAccessLog.open(address, timeout_ms=60_000) as log:
        stores = [asyncio.create_task(log.store(_record(n), soon())) for n in range(800)]
        await asyncio.sleep(0)
        for _ in range(3):
            await run(address, CUT)
        results = await asyncio.gather(*stores, return_exceptions=True)
    stored = {row["request_id"] for row in await fetch(address, "SELECT request_id FROM core.access_record")}
    assert {type(each) for each in results} <= {type(None), LogUnavailable}
    assert {f"request {n}" for n, each in enumerate(results) if each is None} <= stored


async def test_a_record_that_no_table_can_hold_does_not_stop_the_log(address: str) -> None:
    """A text with NUL is refused by the database; those that came later are stored."""
    async with CoreAccessLog.open(address) as log:
        with pytest.raises(LogUnavailable):
            await log.store(_record(1)._replace(viewer="a\0b"), soon())
        await log.store(_record(2), soon())
    assert await value(address, "SELECT count(*) FROM core.access_record") == 1


@pytest.mark.parametrize("odd", ["\ud800", "x" * 10_000])
async def test_an_odd_record_is_stored_or_refused_and_the_log_goes_on(odd: str, address: str) -> None:
    async with CoreAccessLog.open(address) as log, asyncio.timeout(30):
        with suppress(LogUnavailable, UnicodeEncodeError):
            await log.store(_record(1)._replace(viewer=odd), soon())
        await log.store(_record(2), soon())
    assert await value(address, "SELECT count(*) FROM core.access_record WHERE request_id = 'request 2'") == 1


async def test_entries_that_were_put_off_are_made_in_the_background(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_index, "SECONDS_BETWEEN_RUNS", 0.01)
    async with CoreAccessLog.open(address) as log:
        await log.store(_record(1)._replace(subjects=[UUID(int=7), UUID(int=8)], flags=[0, 64]), soon())
        assert not _is_current(log)
        # It is found at once, by the list of what is put off.
        assert await value(address, FOUND) == 1
        async with asyncio.timeout(30):
            while not _is_current(log):  # noqa: ASYNC110 - the log has no event for having caught up
                await asyncio.sleep(0.01)
    assert await value(address, "SELECT gin_clean_pending_list('core.ix_access_record_subjects')") == 0
    assert await value(address, FOUND) == 1


async def test_an_index_that_cannot_be_kept_up_stops_nobody(
    address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(access_index, "SECONDS_BETWEEN_RUNS", 0.01)
    await run(address, "DROP FUNCTION core.catch_up_access_log()")
    async with CoreAccessLog.open(address) as log:
        for number in range(3):
            await log.store(_record(number), soon())
            await asyncio.sleep(0.1)
    warned = [each.getMessage() for each in caplog.records if each.name == "customer360.access_log"]
    assert warned == ["the index of the access log is not kept up: UndefinedFunctionError"]
    assert await value(address, "SELECT count(*) FROM core.access_record") == 3


async def test_what_is_about_nobody_needs_no_record(address: str, policy: Policy, arena: Field) -> None:
    agent = arena.asker("service_agent", "care").viewer
    async with CoreAccessLog.open(address) as log, served(address, policy, log=log) as graph:
        await ask(graph, ONE, agent, by={"number": "C-999999"})
        await ask(graph, "{ __schema { queryType { name } } viewer { role } }", agent)
        await ask(graph, ONE, arena.asker("developer", "care").viewer, by={"number": "C-000001"})
    assert await value(address, "SELECT count(*) FROM core.access_record") == 0


async def test_a_page_records_everybody_on_it_and_no_one_else(address: str, policy: Policy, arena: Field) -> None:
    agent = arena.asker("service_agent", "care").viewer
    async with CoreAccessLog.open(address) as log, served(address, policy, log=log) as graph:
        answer = await ask(graph, "{ customers(first: 7) { nodes { id } pageInfo { hasNextPage } } }", agent)
    (row,) = await fetch(address, RECORDS)
    assert [str(each) for each in row["subjects"]] == [
        each["id"] for each in orjson.loads(answer.body)["data"]["customers"]["nodes"]
    ]

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from auth.departments import Department
from auth.policy.flags import Flag
from datasources.core import ledger
from datasources.core.codes import PrivacyState, PrivacyTopic
from tests.oracle import ledger as oracle

T0 = datetime(2026, 1, 1, tzinfo=UTC)
EVENT_COLUMNS = ["customer_id", "topic", "state", "occurred_at", "expires_at", "recorded_via"]
STATES = {
    PrivacyTopic.DIRECT_MARKETING: [state for state in PrivacyState if state.startswith(("CONSENT", "OBJ"))],
    PrivacyTopic.PROFILING: [state for state in PrivacyState if state.startswith(("CONSENT", "OBJ"))],
    PrivacyTopic.PARTNER_SHARING: [state for state in PrivacyState if state.startswith("CONSENT")],
    PrivacyTopic.SPECIAL_CATEGORIES: [state for state in PrivacyState if state.startswith("CONSENT")],
    PrivacyTopic.LEGITIMATE_INTEREST: [PrivacyState.OBJECTED, PrivacyState.OBJECTION_LIFTED],
    PrivacyTopic.PROCESSING: [PrivacyState.RESTRICTED, PrivacyState.RESTRICTION_LIFTED],
    PrivacyTopic.ERASURE: [PrivacyState.HELD, PrivacyState.HOLD_LIFTED],
}
PAIRS = {(topic, state) for topic, states in STATES.items() for state in states}


@pytest.fixture
async def core(addresses: dict[str, str]) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(addresses["core"])
    yield connection
    await connection.close()


async def add_customers(core: asyncpg.Connection, number: int = 1, **values: Any) -> list[UUID]:
    ids = [uuid4() for _ in range(number)]
    facts = {"status": "ACTIVE", "kind": "INDIVIDUAL", "display_name": "Someone"} | values
    records = [(each, f"P-{each.hex}", *facts.values()) for each in ids]
    await core.copy_records_to_table("customer", schema_name="core", columns=["id", "number", *facts], records=records)
    return ids


async def say(
    core: asyncpg.Connection,
    customer: UUID,
    topic: str,
    state: str,
    days: float = 0,
    expires_at: datetime | None = None,
    recorded: float | None = None,
) -> None:
    """Add an event said, and by default recorded, this many days after T0."""
    columns = [*EVENT_COLUMNS, "recorded_at"]
    statement = f"INSERT INTO core.privacy_event ({', '.join(columns)}) VALUES ($1, $2, $3, $4, $5, 'CORE', $6)"  # noqa: S608 - our own names
    said_at, recorded_at = (T0 + timedelta(days=each) for each in (days, days if recorded is None else recorded))
    await core.execute(statement, customer, topic, state, said_at, expires_at, recorded_at)


async def say_now(core: asyncpg.Connection, customer: UUID, topic: str, state: str, said: timedelta) -> None:
    """Add an event that is recorded now and was said that long before or after."""
    statement = f"INSERT INTO core.privacy_event ({', '.join(EVENT_COLUMNS)}) VALUES ($1, $2, $3, $4, NULL, 'CORE')"  # noqa: S608 - our own names
    await core.execute(statement, customer, topic, state, datetime.now(UTC) + said)


async def flags(core: asyncpg.Connection, customer: UUID) -> Flag:
    return Flag(await core.fetchval("SELECT flags FROM core.customer WHERE id = $1", customer))


@pytest.mark.parametrize(
    ("topic", "on", "off", "flag"),
    [
        ("DIRECT_MARKETING", "CONSENT_GIVEN", "CONSENT_WITHDRAWN", Flag.CONSENTS_DIRECT_MARKETING),
        ("PROFILING", "CONSENT_GIVEN", "CONSENT_REVOKED", Flag.CONSENTS_PROFILING),
        ("PARTNER_SHARING", "CONSENT_GIVEN", "CONSENT_REFUSED", Flag.CONSENTS_PARTNER_SHARING),
        ("SPECIAL_CATEGORIES", "CONSENT_GIVEN", "CONSENT_REQUESTED", Flag.CONSENTS_SPECIAL_CATEGORIES),
        ("DIRECT_MARKETING", "OBJECTED", "OBJECTION_LIFTED", Flag.OBJECTS_DIRECT_MARKETING),
        ("PROFILING", "OBJECTED", "OBJECTION_LIFTED", Flag.OBJECTS_LEGITIMATE_INTEREST),
        ("LEGITIMATE_INTEREST", "OBJECTED", "OBJECTION_LIFTED", Flag.OBJECTS_LEGITIMATE_INTEREST),
        ("PROCESSING", "RESTRICTED", "RESTRICTION_LIFTED", Flag.RESTRICTED),
        ("ERASURE", "HELD", "HOLD_LIFTED", Flag.HELD),
    ],
)
async def test_each_statement_sets_and_clears_its_flag(
    core: asyncpg.Connection, topic: str, on: str, off: str, flag: Flag
) -> None:
    [customer] = await add_customers(core)
    await say(core, customer, topic, on, days=1)
    assert await flags(core, customer) == flag
    await say(core, customer, topic, off, days=2)
    assert await flags(core, customer) == Flag(0)


async def test_what_was_said_last_counts_not_what_was_written_last(core: asyncpg.Connection) -> None:
    [customer] = await add_customers(core)
    await say(core, customer, "PROFILING", "CONSENT_WITHDRAWN", days=5)
    await say(core, customer, "PROFILING", "CONSENT_GIVEN", days=1)
    assert await flags(core, customer) == Flag(0)
    # Said at the same moment: the one written last.
    await say(core, customer, "PROFILING", "CONSENT_GIVEN", days=5)
    assert await flags(core, customer) == Flag.CONSENTS_PROFILING


# Topic, the event that opens, the event that closes, and the flag while it is open or closed.
TRACKS = [
    ("DIRECT_MARKETING", "CONSENT_GIVEN", "CONSENT_WITHDRAWN", Flag.CONSENTS_DIRECT_MARKETING, Flag(0)),
    ("PROFILING", "CONSENT_GIVEN", "CONSENT_REVOKED", Flag.CONSENTS_PROFILING, Flag(0)),
    ("PARTNER_SHARING", "CONSENT_GIVEN", "CONSENT_REFUSED", Flag.CONSENTS_PARTNER_SHARING, Flag(0)),
    ("DIRECT_MARKETING", "OBJECTION_LIFTED", "OBJECTED", Flag(0), Flag.OBJECTS_DIRECT_MARKETING),
    ("LEGITIMATE_INTEREST", "OBJECTION_LIFTED", "OBJECTED", Flag(0), Flag.OBJECTS_LEGITIMATE_INTEREST),
    ("PROCESSING", "RESTRICTION_LIFTED", "RESTRICTED", Flag(0), Flag.RESTRICTED),
    ("ERASURE", "HOLD_LIFTED", "HELD", Flag(0), Flag.HELD),
]


@pytest.mark.parametrize(("topic", "opens", "closes", "is_open", "is_closed"), TRACKS)
async def test_what_opens_never_outruns_what_closes(
    addresses: dict[str, str],
    core: asyncpg.Connection,
    topic: str,
    opens: str,
    closes: str,
    is_open: Flag,
    is_closed: Flag,
) -> None:
    day, hour = timedelta(days=1), timedelta(hours=1)
    ahead, late, both_ways = await add_customers(core, 3)
    # Dated 23 hours ahead, it counts from now, and so before what closes now.
    await say_now(core, ahead, topic, opens, 23 * hour)
    assert await flags(core, ahead) == is_open
    await say_now(core, ahead, topic, closes, timedelta(0))
    assert await flags(core, ahead) == is_closed
    await say_now(core, ahead, topic, opens, timedelta(0))
    assert await flags(core, ahead) == is_open
    # Said yesterday and typed today, it closes what was opened an hour ago.
    await say_now(core, late, topic, opens, -hour)
    await say_now(core, late, topic, closes, -day)
    assert await flags(core, late) == is_closed
    # What is recorded later and was said in between opens again.
    await say_now(core, late, topic, opens, -2 * hour)
    assert await flags(core, late) == is_open
    # Dated ahead, what closes counts from now, and so before what opens now.
    await say_now(core, both_ways, topic, closes, 23 * hour)
    await say_now(core, both_ways, topic, opens, timedelta(0))
    assert await flags(core, both_ways) == is_open
    # Recorded later but said before what closes: it opens nothing.
    await say_now(core, both_ways, topic, closes, timedelta(0))
    await say_now(core, both_ways, topic, opens, -hour)
    assert await flags(core, both_ways) == is_closed
    assert (await ledger.verify(addresses)).holds


async def test_history_that_is_recorded_at_once_counts_as_it_was_said(core: asyncpg.Connection) -> None:
    [customer] = await add_customers(core)
    events = [
        (customer, "PROFILING", state, T0 + timedelta(days=days), None, "CORE")
        for state, days in (("CONSENT_GIVEN", 9), ("CONSENT_WITHDRAWN", 5), ("CONSENT_GIVEN", 1))
    ]
    await core.copy_records_to_table("privacy_event", schema_name="core", columns=EVENT_COLUMNS, records=events)
    assert await flags(core, customer) == Flag.CONSENTS_PROFILING


async def test_the_answer_names_the_event_that_counts(core: asyncpg.Connection) -> None:
    [customer] = await add_customers(core)
    await say(core, customer, "PROFILING", "CONSENT_GIVEN", days=5)
    await say(core, customer, "PROFILING", "CONSENT_WITHDRAWN", days=1, recorded=6)
    current = "SELECT state FROM core.current_privacy_event WHERE customer_id = $1"
    assert [row["state"] for row in await core.fetch(current, customer)] == ["CONSENT_WITHDRAWN"]


async def test_random_histories_count_alike_in_the_database_and_in_python(
    addresses: dict[str, str], core: asyncpg.Connection
) -> None:
    chance = Random(7)  # noqa: S311 - no secret
    pairs = sorted(PAIRS)
    customers = await add_customers(core, 2_000)
    # Few moments, so that events are often said or recorded at once.
    moments = [T0 + timedelta(days=day) for day in range(4)]
    events = [
        (customer, *chance.choice(pairs), chance.choice(moments), chance.choice((None, moments[-1])), "CORE")
        for customer in customers
        for _ in range(12)
    ]
    records = [(*event, chance.choice(moments)) for event in events]
    columns = [*EVENT_COLUMNS, "recorded_at"]
    await core.copy_records_to_table("privacy_event", schema_name="core", columns=columns, records=records)
    assert (await ledger.verify(addresses)).holds
    rows = await core.fetch("SELECT * FROM core.privacy_event WHERE customer_id = ANY ($1)", customers)
    by_customer: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        by_customer.setdefault(row["customer_id"], []).append(dict(row))
    for customer, said in by_customer.items():
        stored = await flags(core, customer)
        expired = sum(
            flag
            for topic, flag in ledger.CONSENTS.items()
            if any(each["topic"] == topic and each["expires_at"] is not None for each in said)
        )
        # The oracle tells the flags of today, when those consents are over.
        assert oracle.flags(said, None, datetime.now(UTC)) & ~expired == stored & ~expired


async def test_an_objection_withdraws_no_consent_and_topics_are_apart(core: asyncpg.Connection) -> None:
    [customer] = await add_customers(core)
    await say(core, customer, "DIRECT_MARKETING", "CONSENT_GIVEN", days=1)
    await say(core, customer, "DIRECT_MARKETING", "OBJECTED", days=2)
    assert await flags(core, customer) == Flag.CONSENTS_DIRECT_MARKETING | Flag.OBJECTS_DIRECT_MARKETING
    await say(core, customer, "LEGITIMATE_INTEREST", "OBJECTED", days=3)
    await say(core, customer, "PROFILING", "OBJECTION_LIFTED", days=4)
    assert Flag.OBJECTS_LEGITIMATE_INTEREST in await flags(core, customer)


async def test_a_consent_has_its_own_expiry(core: asyncpg.Connection) -> None:
    [customer] = await add_customers(core)
    soon, later = T0 + timedelta(days=30), T0 + timedelta(days=60)
    until = "SELECT profiling_until FROM core.customer WHERE id = $1"
    await say(core, customer, "PROFILING", "CONSENT_GIVEN", 1, later)
    await say(core, customer, "PROFILING", "CONSENT_GIVEN", 2, soon)
    assert await core.fetchval(until, customer) == soon
    await say(core, customer, "PROFILING", "CONSENT_GIVEN", 3)
    assert await core.fetchval(until, customer) is None
    await say(core, customer, "PROFILING", "CONSENT_GIVEN", 4, soon)
    await say(core, customer, "PROFILING", "CONSENT_WITHDRAWN", 5, later)
    assert await core.fetchval(until, customer) is None


async def test_flags_set_by_hand_are_replaced(core: asyncpg.Connection) -> None:
    [customer] = await add_customers(core, flags=15, profiling_until=T0, minor_until=date(2050, 1, 1))
    everything = "SELECT flags, profiling_until, minor_until FROM core.customer WHERE id = $1"
    assert tuple(await core.fetchrow(everything, customer) or ()) == (0, None, None)
    await say(core, customer, "PROCESSING", "RESTRICTED", days=1)
    await core.execute("UPDATE core.customer SET flags = 0, profiling_until = $2 WHERE id = $1", customer, T0)
    assert tuple(await core.fetchrow(everything, customer) or ()) == (Flag.RESTRICTED, None, None)
    await core.execute("UPDATE core.customer SET birth_date = '2010-02-28', flags = 1 WHERE id = $1", customer)
    expected = (Flag.RESTRICTED | Flag.MINOR, None, date(2028, 2, 28))
    assert tuple(await core.fetchrow(everything, customer) or ()) == expected
    upsert = """
        INSERT INTO core.customer (id, number, status, kind, display_name, flags)
        VALUES ($1, 'P-upsert', 'ACTIVE', 'INDIVIDUAL', 'Someone', 1)
        ON CONFLICT (id) DO UPDATE SET flags = EXCLUDED.flags, birth_date = NULL
    """
    await core.execute(upsert, customer)
    assert tuple(await core.fetchrow(everything, customer) or ()) == (Flag.RESTRICTED, None, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core.privacy_event SET actor = 'me'",
        "DELETE FROM core.privacy_event",
        "TRUNCATE core.privacy_event",
        "TRUNCATE core.customer CASCADE",
    ],
)
async def test_the_ledger_only_grows(core: asyncpg.Connection, statement: str) -> None:
    [customer] = await add_customers(core)
    await say(core, customer, "PROFILING", "CONSENT_GIVEN")
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await core.execute(statement)


async def test_the_ledger_goes_with_its_customer(core: asyncpg.Connection) -> None:
    [customer] = await add_customers(core)
    await say(core, customer, "PROFILING", "CONSENT_GIVEN")
    await core.execute("DELETE FROM core.customer WHERE id = $1", customer)
    left = "SELECT count(*) FROM core.privacy_event WHERE customer_id = $1"
    assert await core.fetchval(left, customer) == 0


async def test_senseless_statements_are_refused(core: asyncpg.Connection) -> None:
    [customer] = await add_customers(core)
    for topic in PrivacyTopic:
        for state in PrivacyState:
            if (topic, state) not in PAIRS:
                with pytest.raises(asyncpg.CheckViolationError):
                    await say(core, customer, topic, state)
    with pytest.raises(asyncpg.CheckViolationError, match="occurred in the future"):
        await say(core, customer, "PROFILING", "CONSENT_GIVEN", days=100_000, recorded=0)
    with pytest.raises(asyncpg.CheckViolationError, match="recorded in the future"):
        await say(core, customer, "PROFILING", "CONSENT_GIVEN", recorded=100_000)
    with pytest.raises(asyncpg.CheckViolationError, match="ends_after_it_begins"):
        await say(core, customer, "PROFILING", "CONSENT_GIVEN", 1, T0)
    with pytest.raises(asyncpg.InvalidTransactionStateError, match="READ COMMITTED"):
        async with core.transaction(isolation="repeatable_read"):
            await say(core, customer, "PROFILING", "CONSENT_GIVEN")
    assert await flags(core, customer) == Flag(0)


async def test_of_two_writers_at_once_both_are_heard(addresses: dict[str, str], core: asyncpg.Connection) -> None:
    [customer] = await add_customers(core)
    other = await asyncpg.connect(addresses["core"])
    async with core.transaction():
        await say(core, customer, "PROFILING", "CONSENT_WITHDRAWN", days=9)
        second = asyncio.create_task(say(other, customer, "PROFILING", "CONSENT_GIVEN", days=8))
        await asyncio.sleep(0.2)
        assert not second.done(), "the second waits for the first to commit"
    await second
    await other.close()
    assert await flags(core, customer) == Flag(0)


async def test_a_hundred_thousand_events_by_copy(addresses: dict[str, str], core: asyncpg.Connection) -> None:
    chance = Random(5)  # noqa: S311 - no secret
    customers = await add_customers(core, 5_000, birth_date=date(1980, 2, 29))
    pairs = sorted(PAIRS)
    events = [
        (chance.choice(customers), *chance.choice(pairs), T0 - timedelta(days=chance.randrange(900)), expiry, "CORE")
        for expiry in (None, None, T0)
        for _ in range(33_334)
    ]
    await core.copy_records_to_table("privacy_event", schema_name="core", columns=EVENT_COLUMNS, records=events)
    found = await ledger.verify(addresses)
    assert found.holds
    assert found.customers >= len(customers)
    assert found.events >= len(events)


async def test_verify_finds_what_went_around_the_trigger(addresses: dict[str, str], core: asyncpg.Connection) -> None:
    [customer] = await add_customers(core)
    await core.execute("ALTER TABLE core.customer DISABLE TRIGGER keep_flags_true")
    await core.execute("UPDATE core.customer SET flags = 1 WHERE id = $1", customer)
    await core.execute("ALTER TABLE core.customer ENABLE TRIGGER keep_flags_true")
    found = await ledger.verify(addresses)
    assert (found.holds, found.differing, found.customer_ids) == (False, 1, (customer,))
    await core.execute("UPDATE core.customer SET flags = 0 WHERE id = $1", customer)
    assert (await ledger.verify(addresses)).holds


async def test_record_adds_a_statement(addresses: dict[str, str], core: asyncpg.Connection) -> None:
    [customer] = await add_customers(core)
    event = await ledger.record(
        addresses,
        customer,
        PrivacyTopic.DIRECT_MARKETING,
        PrivacyState.CONSENT_GIVEN,
        via=Department.SERVICE,
        expires_at=T0 + timedelta(days=900),
        actor="customer",
    )
    assert await core.fetchval("SELECT recorded_via FROM core.privacy_event WHERE id = $1", event) == "SERVICE"
    assert await flags(core, customer) == Flag.CONSENTS_DIRECT_MARKETING

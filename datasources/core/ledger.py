"""The privacy ledger: add events, and verify that every customer's flags follow from them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg

from auth.departments import Department
from auth.policy.flags import Flag
from datasources.core.codes import LegalBasis, PrivacyState, PrivacyTopic
from datasources.engine.pools.sessions import connected

MAX_LISTED_CUSTOMERS = 1000

ADD = """
    INSERT INTO core.privacy_event
        (customer_id, topic, state, occurred_at, expires_at, legal_basis, recorded_via, text_version, actor)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    RETURNING id
"""
# Years above 9999 and infinity have no date in Python: minor_until is a text, and a birth date outside the calendar is
# compared with nothing.
CUSTOMERS = """
    SELECT id, flags, birth_date IS NOT NULL AS is_dated, minor_until::text,
        CASE WHEN birth_date BETWEEN '0001-01-01' AND '9999-12-31' THEN birth_date END AS birth_date,
        direct_marketing_until, profiling_until, partner_sharing_until, special_categories_until
    FROM core.customer ORDER BY id
"""
EVENTS = """
    SELECT customer_id, topic, state, occurred_at, recorded_at, sequence, expires_at
    FROM core.privacy_event ORDER BY customer_id
"""
CONSENTS = {
    PrivacyTopic.DIRECT_MARKETING: Flag.CONSENTS_DIRECT_MARKETING,
    PrivacyTopic.PROFILING: Flag.CONSENTS_PROFILING,
    PrivacyTopic.PARTNER_SHARING: Flag.CONSENTS_PARTNER_SHARING,
    PrivacyTopic.SPECIAL_CATEGORIES: Flag.CONSENTS_SPECIAL_CATEGORIES,
}
OBJECTIONS = {
    PrivacyTopic.DIRECT_MARKETING: Flag.OBJECTS_DIRECT_MARKETING,
    PrivacyTopic.PROFILING: Flag.OBJECTS_LEGITIMATE_INTEREST,
    PrivacyTopic.LEGITIMATE_INTEREST: Flag.OBJECTS_LEGITIMATE_INTEREST,
}
# The flag that the newest event of a topic sets. An event that is not listed clears it.
MEANINGS: dict[tuple[str, str], Flag] = {
    **{(topic, PrivacyState.CONSENT_GIVEN): flag for topic, flag in CONSENTS.items()},
    **{(topic, PrivacyState.OBJECTED): flag for topic, flag in OBJECTIONS.items()},
    (PrivacyTopic.PROCESSING, PrivacyState.RESTRICTED): Flag.RESTRICTED,
    (PrivacyTopic.ERASURE, PrivacyState.HELD): Flag.HELD,
}
# Events that open what an earlier one closed.
OPENING = {
    PrivacyState.CONSENT_GIVEN,
    PrivacyState.OBJECTION_LIFTED,
    PrivacyState.RESTRICTION_LIFTED,
    PrivacyState.HOLD_LIFTED,
}


@dataclass(frozen=True)
class Verification:
    """Result of `verify`: customers and events read, and customers whose flags differ."""

    customers: int
    events: int
    differing: int
    # At most MAX_LISTED_CUSTOMERS.
    customer_ids: tuple[UUID, ...]

    @property
    def holds(self) -> bool:
        return self.differing == 0


async def record(
    addresses: Mapping[str, str],
    customer: UUID,
    topic: PrivacyTopic,
    state: PrivacyState,
    *,
    via: Department,
    occurred_at: datetime | None = None,
    expires_at: datetime | None = None,
    legal_basis: LegalBasis | None = None,
    text_version: str | None = None,
    actor: str | None = None,
) -> UUID:
    """Add one event to the ledger. A trigger updates the customer's flags in the same transaction."""
    said_at = occurred_at or datetime.now(UTC)
    async with connected(addresses["core"]) as connection:
        return UUID(
            str(
                await connection.fetchval(
                    ADD, customer, topic, state, said_at, expires_at, legal_basis, via, text_version, actor
                )
            )
        )


async def verify(addresses: Mapping[str, str]) -> Verification:
    """Compute every customer's flags from the ledger without the trigger's code, and compare."""
    async with (
        connected(addresses["core"]) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        customers = events = 0
        differing: list[UUID] = []
        async for customer, said in _customers_with_events(connection):
            customers, events = customers + 1, events + len(said)
            if not _is_true_to(customer, said):
                differing.append(customer["id"])
    return Verification(customers, events, len(differing), tuple(differing[:MAX_LISTED_CUSTOMERS]))


async def _customers_with_events(
    connection: asyncpg.Connection,
) -> AsyncIterator[tuple[asyncpg.Record, list[asyncpg.Record]]]:
    """Merge both tables in the order of customer ids, so that neither has to fit in memory."""
    events = aiter(connection.cursor(EVENTS, prefetch=2000))
    event = await anext(events, None)
    async for customer in connection.cursor(CUSTOMERS, prefetch=2000):
        said = []
        while event is not None and event["customer_id"] == customer["id"]:
            said.append(event)
            event = await anext(events, None)
        yield customer, said


def _is_true_to(customer: asyncpg.Record, said: list[asyncpg.Record]) -> bool:
    newest = _current_by_track(said)
    flags = Flag.MINOR if customer["is_dated"] else Flag(0)
    is_in_calendar = customer["birth_date"] is not None or not customer["is_dated"]
    for (topic, _), event in newest.items():
        flags |= MEANINGS.get((topic, event["state"]), Flag(0))
    return (
        customer["flags"] == flags
        and (not is_in_calendar or customer["minor_until"] == _majority_date(customer["birth_date"]))
        and all(customer[f"{topic.lower()}_until"] == _consent_expiry(newest, topic) for topic in CONSENTS)
    )


def _current_by_track(said: list[asyncpg.Record]) -> dict[tuple[str, bool], asyncpg.Record]:
    """Return the event that counts by topic, consents apart, because an objection withdraws no consent.

    An event counts from its recording at the latest. One that opens counts unless an event that closes was said or
    recorded after it (docs/adr/0057).
    """
    tracks: dict[tuple[str, bool], list[asyncpg.Record]] = {}
    for event in sorted(said, key=_said_order):
        tracks.setdefault((event["topic"], event["state"].startswith("CONSENT_")), []).append(event)
    return {key: _current(events) for key, events in tracks.items()}


def _current(oldest_first: list[asyncpg.Record]) -> asyncpg.Record:
    last_closing, recorded_at = -1, None
    for place, event in enumerate(oldest_first):
        if event["state"] not in OPENING:
            last_closing = place
            recorded_at = event["recorded_at"] if recorded_at is None else max(recorded_at, event["recorded_at"])
    later = oldest_first[last_closing + 1 :]
    standing = [event for event in later if recorded_at is None or event["recorded_at"] >= recorded_at]
    return standing[-1] if standing else oldest_first[last_closing]


def _said_order(event: asyncpg.Record) -> tuple[datetime, datetime, int]:
    recorded_at = event["recorded_at"]
    return min(event["occurred_at"], recorded_at), recorded_at, event["sequence"]


def _consent_expiry(newest: dict[tuple[str, bool], asyncpg.Record], topic: PrivacyTopic) -> datetime | None:
    event = newest.get((topic, True))
    return event["expires_at"] if event is not None and event["state"] == PrivacyState.CONSENT_GIVEN else None


def _majority_date(birth_date: date | None) -> str | None:
    if birth_date is None:
        return None
    # The year eighteen years after a leap year has no February 29.
    is_leap_day = (birth_date.month, birth_date.day) == (2, 29)
    return f"{birth_date.year + 18:04d}-{birth_date.month:02d}-{28 if is_leap_day else birth_date.day:02d}"

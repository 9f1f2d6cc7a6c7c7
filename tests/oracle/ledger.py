"""What the privacy ledger says of a customer today: the flags, recomputed from what they stated."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from auth.policy.flags import Flag
from tests.oracle.world import Row

_CONSENTS = {
    "DIRECT_MARKETING": Flag.CONSENTS_DIRECT_MARKETING,
    "PROFILING": Flag.CONSENTS_PROFILING,
    "PARTNER_SHARING": Flag.CONSENTS_PARTNER_SHARING,
    "SPECIAL_CATEGORIES": Flag.CONSENTS_SPECIAL_CATEGORIES,
}
_OBJECTIONS = {
    "DIRECT_MARKETING": Flag.OBJECTS_DIRECT_MARKETING,
    "PROFILING": Flag.OBJECTS_LEGITIMATE_INTEREST,
    "LEGITIMATE_INTEREST": Flag.OBJECTS_LEGITIMATE_INTEREST,
}
_OPENING = ("CONSENT_GIVEN", "OBJECTION_LIFTED", "RESTRICTION_LIFTED", "HOLD_LIFTED")
_ADULT_AT = 18


def newest_first(events: Iterable[Row]) -> list[Row]:
    return sorted(events, key=lambda event: (event["occurred_at"], event["sequence"]), reverse=True)


def track(events: Iterable[Row], prefix: str) -> dict[str, list[Row]]:
    """Statements of one kind by topic, the one that counts first. Consents, objections and the rest are apart."""
    by_topic: dict[str, list[Row]] = {}
    for event in newest_first(events):
        if event["state"].startswith(prefix):
            by_topic.setdefault(event["topic"], []).append(event)
    return {topic: _with_current_first(said) for topic, said in by_topic.items()}


def _with_current_first(said: list[Row]) -> list[Row]:
    standing = [event for event in said if not any(_overrules(other, event) for other in said)]
    current = max(standing, key=_order)
    return [current, *(event for event in said if event is not current)]


def _overrules(closing: Row, event: Row) -> bool:
    """A consent falls to whatever closes it and was said, or written down, after it."""
    if closing["state"] in _OPENING or event["state"] not in _OPENING:
        return False
    return _said_at(closing) > _said_at(event) or closing["recorded_at"] > event["recorded_at"]


def _said_at(event: Row) -> datetime:
    said_at: datetime = min(event["occurred_at"], event["recorded_at"])
    return said_at


def _order(event: Row) -> tuple[datetime, datetime, int]:
    return _said_at(event), event["recorded_at"], event["sequence"]


def consent_status(event: Row, now: datetime) -> str:
    state: str = event["state"]
    expires_at = event["expires_at"]
    is_over = state == "CONSENT_GIVEN" and expires_at is not None and expires_at <= now
    return "CONSENT_EXPIRED" if is_over else state


def flags(events: Sequence[Row], birth_date: date | None, now: datetime) -> int:
    found = 0
    for topic, said in track(events, "CONSENT").items():
        if consent_status(said[0], now) == "CONSENT_GIVEN":
            found |= _CONSENTS[topic]
    for topic, said in track(events, "OBJECT").items():
        if said[0]["state"] == "OBJECTED":
            found |= _OBJECTIONS[topic]
    if _stands(events, "RESTRICT", "RESTRICTED"):
        found |= Flag.RESTRICTED
    if _stands(events, "H", "HELD"):
        found |= Flag.HELD
    if is_minor(birth_date, now.date()):
        found |= Flag.MINOR
    return int(found)


def _stands(events: Sequence[Row], prefix: str, state: str) -> bool:
    return any(said[0]["state"] == state for said in track(events, prefix).values())


def is_minor(birth_date: date | None, today: date) -> bool:
    return birth_date is not None and today < _birthday(birth_date, _ADULT_AT)


def _birthday(birth_date: date, years: int) -> date:
    """A person born on 29 February comes of age on the 28th in a year without a 29th."""
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return birth_date.replace(year=birth_date.year + years, day=28)


def consents(events: Sequence[Row]) -> list[tuple[Row, list[Row]]]:
    """Each topic's newest statement, with all statements on it."""
    return [(said[0], newest_first(said)) for _, said in sorted(track(events, "CONSENT").items())]


def objections(events: Sequence[Row]) -> list[Row]:
    return [said[0] for _, said in sorted(track(events, "OBJECT").items())]


def row_of(event: Row, **more: Any) -> Row:
    return {**event, "stated_at": event["occurred_at"], **more}

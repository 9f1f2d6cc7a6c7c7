"""Dates and moments as RFC 3339 writes them."""

import re
from datetime import UTC, date, datetime

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII)


def parse_date(text: str) -> date:
    """Parse a full-date, like 2026-01-31. Raises ValueError for week dates, dates without dashes and all else."""
    if not _DATE.fullmatch(text):
        raise ValueError("not a full-date")
    return date.fromisoformat(text)


def parse_moment(text: str) -> datetime:
    """Parse a date-time, like 2026-01-31T09:30:00Z; seconds and the offset may be missing. Raises ValueError."""
    if not _MOMENT.fullmatch(text):
        raise ValueError("not a date-time")
    return datetime.fromisoformat(text.upper())


def in_utc(moment: datetime) -> datetime:
    """Convert to UTC. Raises ValueError if the moment is outside the years 1 to 9999 there."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999") from None

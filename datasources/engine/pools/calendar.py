"""Dates and moments exactly as they are, up to both ends of Python's calendar.

The driver binds the first and the last day of the calendar as -infinity and infinity, which are no dates of RFC 3339
and no numbers of JSON. They are common placeholders: 0001-01-01 in .NET, 9999-12-31 in SQL Server and SAP.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import asyncpg

_FIRST_DAY, _LAST_DAY = date.min.toordinal(), date.max.toordinal()
# PostgreSQL counts days and microseconds from here.
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_MICROSECOND = timedelta(microseconds=1)
_FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)
_LAST_MOMENT = datetime.max.replace(tzinfo=UTC)
_FIRST = (_FIRST_MOMENT - _EPOCH) // _MICROSECOND
_LAST = (_LAST_MOMENT - _EPOCH) // _MICROSECOND

# PostgreSQL's ids of date and timestamptz.
_DATE, _MOMENT = 1082, 1184


def encode_date(value: date) -> tuple[int]:
    return (value.toordinal() - _EPOCH_DAY,)


def decode_date(sent: tuple[int]) -> date:
    """The date; the first or last of the calendar for one beyond it, infinity included."""
    return date.fromordinal(min(max(sent[0] + _EPOCH_DAY, _FIRST_DAY), _LAST_DAY))


def encode_moment(value: datetime) -> tuple[int]:
    """The moment. Raises ValueError for one without a zone, and for one that is outside the calendar in UTC."""
    if value.tzinfo is None:
        raise ValueError("a moment without a zone is no point in time")
    microseconds = (value - _EPOCH) // _MICROSECOND
    if not _FIRST <= microseconds <= _LAST:
        raise ValueError("the moment is outside the calendar in UTC")
    return (microseconds,)


def decode_moment(sent: tuple[int]) -> datetime:
    """The moment in UTC; the first or last of the calendar for one beyond it, infinity included."""
    return _EPOCH + timedelta(microseconds=min(max(sent[0], _FIRST), _LAST))


def keep_dates(connection: asyncpg.Connection[Any]) -> None:
    """Make the connection send and return dates and moments exactly.

    As for arrays, `set_type_codec` would end in the same call, after a query for each type.
    """
    settings = cast(Any, connection)._protocol.get_settings()
    for oid, name, encode, decode in (
        (_DATE, "date", encode_date, decode_date),
        (_MOMENT, "timestamptz", encode_moment, decode_moment),
    ):
        settings.add_python_codec(oid, name, "pg_catalog", (), "scalar", encode, decode, "tuple")

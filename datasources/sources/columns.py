"""Columns of plain rows: readers that parse and check one kind of JSON value each."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from math import isfinite
from typing import Any
from uuid import UUID

Reader = Callable[[Any], Any]
Columns = Mapping[str, Reader]

_WORD = re.compile(r"\w+", re.ASCII)
_DIGITS = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


class Malformed(ValueError):
    """Raised for a value that its column does not allow. The value is never quoted."""


def text(value: Any) -> str:
    """Free text. A NUL is refused, because answers use it for marks, which data must not look like."""
    if not isinstance(value, str) or "\0" in value or not _is_unicode(value):
        raise Malformed
    return value


def _is_unicode(value: str) -> bool:
    """Whether it has no lone surrogate, which a Python string can contain but UTF-8 cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def word(value: Any) -> str:
    """Text of ASCII letters, digits and underscores, which needs no escaping."""
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise Malformed
    return value


def identifier(value: Any) -> str:
    """A UUID, in the canonical spelling, in which two of them can be compared."""
    try:
        return str(UUID(text(value)))
    except ValueError:
        raise Malformed from None


def code(words: type[StrEnum]) -> Reader:
    """One word of an enumeration, spelled as in GraphQL."""
    known = {word.value: word.value for word in words}

    def read(value: Any) -> str:
        try:
            return known[value]
        except (KeyError, TypeError):
            raise Malformed from None

    return read


def whole(value: Any) -> int:
    if type(value) is not int:
        raise Malformed
    return value


def ratio(value: Any) -> float:
    """A number with a fraction."""
    if type(value) not in (int, float) or not isfinite(value):
        raise Malformed
    return float(value)


def decimal(value: Any) -> str:
    """An exact decimal, sent as a string; it keeps its digits."""
    if not isinstance(value, str) or not _DIGITS.fullmatch(value):
        raise Malformed
    return value


def flag(value: Any) -> bool:
    if type(value) is not bool:
        raise Malformed
    return value


def day(value: Any) -> date:
    """RFC 3339 full-date. Python reads other forms of ISO 8601 as well, such as 20260131 and 2026-W05-6."""
    if not _DATE.fullmatch(text(value)):
        raise Malformed
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Malformed from None


def moment(value: Any) -> datetime:
    """RFC 3339 date-time. One without a zone is refused, because it is no point in time."""
    if not _MOMENT.fullmatch(text(value)):
        raise Malformed
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed from None


def optional(read: Reader) -> Reader:
    """The same, or null."""
    return lambda value: None if value is None else read(value)

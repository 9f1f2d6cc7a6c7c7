"""JSON written by the database: one function for each kind of value, each turning NULL into null."""

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func

from datasources.sql_text import literal

# PostgreSQL's FUNC_MAX_ARGS is 100: longer concatenations are nested.
_ARGUMENTS = 99

Part = str | ColumnElement[Any]
Parts = Sequence[Part]

NULL: Parts = ("null",)


class Kind(Enum):
    """How a value is spelled in JSON. Only TEXT can need escaping, which is the dear part."""

    TEXT = auto()
    WORD = auto()
    NUMBER = auto()
    DECIMAL = auto()
    BOOLEAN = auto()
    TIME = auto()


def spell(kind: Kind, value: ColumnElement[Any]) -> ColumnElement[str]:
    """One value as JSON text; null where it is NULL.

    DECIMAL is a string with the digits as stored; TIME covers dates (full-date) and moments (RFC 3339, in UTC,
    with a fraction only as long as needed), both as PostgreSQL's to_json spells them.
    """
    return func.coalesce(_spelled(kind, value), literal("null"))


def _spelled(kind: Kind, value: ColumnElement[Any]) -> ColumnElement[Any]:
    match kind:
        case Kind.TEXT | Kind.TIME:
            return cast(func.to_json(value), Text())
        case Kind.WORD | Kind.DECIMAL:
            return literal('"') + cast(value, Text()) + literal('"')
        case Kind.NUMBER:
            return cast(value, Text())
        case Kind.BOOLEAN:
            return case((value, literal("true")), (~value, literal("false")))


def join(parts: Iterable[Part]) -> ColumnElement[str]:
    """The parts as one text. None of them may be NULL: concat would drop it and leave broken JSON."""
    texts = [literal(part) if isinstance(part, str) else part for part in _merge(parts)]
    while len(texts) > 1:
        texts = [
            func.concat(*texts[start : start + _ARGUMENTS], type_=Text()) for start in range(0, len(texts), _ARGUMENTS)
        ]
    return texts[0]


def members(pairs: Iterable[tuple[str, Parts]]) -> Parts:
    """An object from keys and the parts of their values. Keys are GraphQL names and need no escaping."""
    parts: list[Part] = []
    for key, value in pairs:
        parts += [("," if parts else "{") + f'"{key}":', *value]
    return (*parts, "}") if parts else ("{}",)


def when(condition: ColumnElement[bool] | None, parts: Parts, otherwise: str = "null") -> Parts:
    """The parts where the condition holds, else null."""
    if condition is None:
        return parts
    return (case((condition, join(parts)), else_=literal(otherwise)),)


def _merge(parts: Iterable[Part]) -> list[Part]:
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, str) and isinstance(last, str):
            merged[-1] = last + part
        else:
            merged.append(part)
    return merged

"""JSON text composed by the database. NULL becomes null."""

from collections.abc import Iterable, Sequence
from enum import Enum, auto
from functools import reduce
from operator import add
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func

from datasources.sql_text import literal

# PostgreSQL's FUNC_MAX_ARGS is 100: longer concatenations are nested.
_ARGUMENTS = 99

Part = str | ColumnElement[Any]
Parts = Sequence[Part]

NULL: Parts = ("null",)


class Kind(Enum):
    """How a value is spelled in JSON. Only TEXT can need escaping, which is expensive."""

    TEXT = auto()
    WORD = auto()
    NUMBER = auto()
    DECIMAL = auto()
    BOOLEAN = auto()
    TIME = auto()


def spell(kind: Kind, value: ColumnElement[Any], *, nullable: bool = True) -> Parts:
    """One value as JSON; null where it is NULL.

    DECIMAL is a string with the digits as stored; TIME covers dates (full-date) and moments (RFC 3339, in UTC,
    with a fraction only as long as needed), both as PostgreSQL's JSON_SCALAR spells them.
    """
    parts = _spell(kind, value)
    return (func.coalesce(_sum(parts), literal("null")),) if nullable else parts


def _spell(kind: Kind, value: ColumnElement[Any]) -> Parts:
    match kind:
        case Kind.TEXT | Kind.TIME:
            # to_json gives the same text, but looks up the value's type in the catalog each time.
            return (func.json_scalar(value),)
        case Kind.WORD | Kind.DECIMAL:
            return ('"', value, '"')
        case Kind.NUMBER:
            return (value,)
        case Kind.BOOLEAN:
            return (case((value, literal("true")), (~value, literal("false"))),)


def _sum(parts: Parts) -> ColumnElement[str]:
    """The parts as one text; NULL if one of them is NULL."""
    first, *others = (literal(part) if isinstance(part, str) else _as_text(part) for part in parts)
    return reduce(add, others, first)


def join(parts: Iterable[Part]) -> ColumnElement[str]:
    """The parts as one text. None of them may be NULL: concat would drop it and leave broken JSON."""
    # concat writes values as a cast to text does, except booleans, which `_spell` has spelled.
    texts = [literal(part) if isinstance(part, str) else part for part in _join_literals(parts)]
    while len(texts) > 1:
        texts = [
            func.concat(*texts[start : start + _ARGUMENTS], type_=Text()) for start in range(0, len(texts), _ARGUMENTS)
        ]
    return _as_text(texts[0])


def _as_text(value: ColumnElement[Any]) -> ColumnElement[str]:
    return value if isinstance(value.type, Text) else cast(value, Text())


def members(pairs: Iterable[tuple[str, Parts]]) -> Parts:
    """An object from keys and the parts of their values. Keys are GraphQL names and need no escaping."""
    parts: list[Part] = []
    for key, value in pairs:
        parts += [("," if parts else "{") + f'"{key}":', *value]
    return (*parts, "}") if parts else ("{}",)


def when(condition: ColumnElement[bool] | None, parts: Parts, otherwise: str = "null") -> Parts:
    """The parts where the condition holds, otherwise null."""
    if condition is None:
        return parts
    return (case((condition, join(parts)), else_=literal(otherwise)),)


def _join_literals(parts: Iterable[Part]) -> list[Part]:
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if isinstance(part, str) and isinstance(last, str):
            joined[-1] = last + part
        else:
            joined.append(part)
    return joined

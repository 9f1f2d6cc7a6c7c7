"""Checks of values as they leave, for departments whose tables do not have the constraints of ours."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Text, case, cast, or_
from sqlalchemy.types import TypeEngine

from datasources.columns import Word
from datasources.json_text import Kind, Part, Parts, join
from datasources.sql_text import literal

# What a text between quotes must not hold, because it is not escaped; and it is no empty word.
_UNSAFE_WORD = r'^$|["\\[:cntrl:]]'
_MIN_INT, _MAX_INT = "-2147483648", "2147483647"


def is_valid(kind: Kind, value: ColumnElement[Any]) -> ColumnElement[bool]:
    """The test that the schema allows the value; NULL or false for one that it does not."""
    match kind:
        case Kind.WORD:
            return _is_word(value)
        case Kind.NUMBER:
            return _between(value, _MIN_INT, _MAX_INT)
        case Kind.DECIMAL:
            # NaN sorts after infinity.
            return (value > literal("-Infinity")) & (value < literal("Infinity"))
        case Kind.TIME if isinstance(value.type, Date):
            return _between(value, "0001-01-01", "9999-12-31")
        case Kind.TIME:
            return _between(value, "0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00")
        case Kind.TEXT | Kind.BOOLEAN:
            return value.is_not(None)


def checked(valid: ColumnElement[bool], parts: Parts, mark: Part, *absent: ColumnElement[bool]) -> Parts:
    """The parts of a valid value; null where it may be `absent`; else the mark."""
    null = [(or_(*absent), literal("null"))] if absent else []
    otherwise = literal(mark) if isinstance(mark, str) else mark
    return (case(*null, (valid, join(parts)), else_=otherwise),)


def _is_word(value: ColumnElement[Any]) -> ColumnElement[bool]:
    # As text, because the column may be of an enumerated type that does not have the words of the schema.
    text = cast(value, Text())
    words = _words(value.type)
    if words:
        return text.in_([literal(each) for each in words])
    return ~text.regexp_match(literal(_UNSAFE_WORD))


def _words(type_: TypeEngine[Any]) -> list[str]:
    return [str(each) for each in type_.words] if isinstance(type_, Word) and type_.words is not None else []


def _between(value: ColumnElement[Any], least: str, most: str) -> ColumnElement[bool]:
    return (value >= literal(least)) & (value <= literal(most))

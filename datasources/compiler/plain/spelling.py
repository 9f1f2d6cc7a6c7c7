"""Values as JSON, spelled in Python exactly as PostgreSQL spells them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import orjson

from auth.policy.effects import Mask
from datasources.json_text import Kind

Spell = Callable[[Any], str]


def quoted(value: str) -> str:
    return orjson.dumps(value).decode()


def _time(value: date) -> str:
    """A moment is in UTC, its fraction only as long as needed."""
    if not isinstance(value, datetime) or not value.microsecond:
        return f'"{value.isoformat()}"'
    whole, zone = value.replace(microsecond=0, tzinfo=None).isoformat(), value.isoformat()[26:]
    return f'"{whole}.{value.microsecond:06d}'.rstrip("0") + f'{zone}"'


def _number(value: float) -> str:
    return repr(value).removesuffix(".0")


SPELLINGS: Mapping[Kind, Spell] = {
    Kind.TEXT: quoted,
    Kind.WORD: quoted,
    Kind.DECIMAL: quoted,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: lambda value: "true" if value else "false",
    Kind.TIME: _time,
}


def mask_text(mask: Mask, value: str) -> str:
    """The masked text, equal to that of a statement."""
    match mask:
        case Mask.LAST4:
            # Of a short text fewer than four characters are shown, so that four stay hidden.
            return "••••" + value[max(4, len(value) - 4) :]
        case Mask.INITIAL:
            return value[:1] + "."

"""How values are written in an answer."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID


def serialize(value: Any, scalar: str) -> Any:
    """A column's value as the named scalar or enum."""
    match value:
        case datetime():
            return _moment(value)
        case date():
            return value.isoformat()
        case Decimal():
            return float(value) if scalar == "Float" else format(value, "f")
        case UUID():
            return str(value)
        case Enum():
            return value.value
    return value


def _moment(value: datetime) -> str:
    """RFC 3339 in UTC; a fraction only where there is one, without trailing zeros."""
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat()
    if "." in text:
        text = text.rstrip("0")
    return f"{text}+00:00"


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)

"""Answers in one canonical form, so that they compare by value and not by spelling."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_NARROW_OFFSET = re.compile(r"([+-]\d\d)$")
# PostGraphile returns flat rows where we return objects. Its documents alias `total { amount }` as `total__amount`,
# and select fields of the same object that come from another table under `also`.
_NESTED = "__"
_MERGED = "also"


def canonical(value: Any) -> Any:
    """Times in UTC, numbers as decimals, flat rows as objects."""
    match value:
        case dict():
            return _object(value)
        case list():
            return [canonical(each) for each in value]
        case bool() | None:
            return value
        case int() | float():
            return Decimal(str(value)).normalize()
        case str() if _MOMENT.match(value):
            spelled = _NARROW_OFFSET.sub(r"\1:00", value.replace("Z", "+00:00"))
            return datetime.fromisoformat(spelled).astimezone(UTC)
        case str() if _DECIMAL.fullmatch(value):
            return Decimal(value).normalize()
    return value


def as_permitted(value: Any) -> Any:
    """Mask the identifiers in the answer of a server without permissions as ours does: the last four characters."""
    if isinstance(value, list):
        return [as_permitted(each) for each in value]
    if not isinstance(value, dict):
        return value
    shown = {key: as_permitted(each) for key, each in value.items()}
    identifiers = shown.get("identifiers") or ()
    for each in identifiers["nodes"] if isinstance(identifiers, dict) else identifiers:
        each["value"] = "••••" + each["value"][-4:]
    return shown


def _object(value: dict[str, Any]) -> Any:
    nested: dict[str, Any] = {}
    for key, member in value.items():
        if key == _MERGED:
            nested |= canonical(member)
            continue
        *outer, last = key.split(_NESTED)
        place = nested
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = canonical(member)
    return {key: _null_if_empty_money(member) for key, member in nested.items()}


def _null_if_empty_money(member: Any) -> Any:
    """Return None for money without an amount."""
    is_money = isinstance(member, dict) and member and set(member) <= {"amount", "currency"}
    return None if is_money and member.get("amount", ...) is None else member

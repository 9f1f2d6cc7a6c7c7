"""Whether two servers answer alike: by value, however they spell times and decimals and whatever they call things."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_NARROW_OFFSET = re.compile(r"([+-]\d\d)$")
# PostGraphile has flat rows where we have objects. Its documents name `total__amount` what is `total { amount }`, and
# put what belongs to the object itself, but comes from another table, below `also`.
_NESTED = "__"
_MERGED = "also"


def canonical(value: Any) -> Any:
    """The value in one spelling."""
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
    """An answer of a server that shows everything, as one who may see only the last four of identifiers sees it."""
    if isinstance(value, list):
        return [as_permitted(each) for each in value]
    if not isinstance(value, dict):
        return value
    shown = {key: as_permitted(each) for key, each in value.items()}
    named = shown.get("identifiers") or ()
    for each in named["nodes"] if isinstance(named, dict) else named:
        each["value"] = "••••" + each["value"][-4:]
    return shown


def _object(value: dict[str, Any]) -> Any:
    found: dict[str, Any] = {}
    for key, member in value.items():
        if key == _MERGED:
            found |= canonical(member)
            continue
        *outer, last = key.split(_NESTED)
        place = found
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = canonical(member)
    return {key: _nothing_if_empty(member) for key, member in found.items()}


def _nothing_if_empty(member: Any) -> Any:
    """Money without an amount is null."""
    is_money = isinstance(member, dict) and member and set(member) <= {"amount", "currency"}
    return None if is_money and member.get("amount", ...) is None else member

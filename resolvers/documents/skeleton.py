"""The skeleton of variables: all of their structure that may shape a plan, and nothing of their values."""

from collections.abc import Collection, Hashable
from enum import Enum
from typing import Any

from datasources.ids import parse_global_id
from resolvers.documents.limits import round_size
from resolvers.documents.representations import Representation

_VALUE = "*"
# A text that looks like a global id and is none. A root that asks for it is planned otherwise than for a customer's.
_NO_ID = "-"


def skeleton(value: Any, types: Collection[str]) -> Hashable:
    """Keys that are present, nulls, booleans, enum values, the round size of a number, the type in a global id,
    if it is one of `types`, and the types of representations.
    """
    match value:
        case None | bool() | Enum():
            return value
        case int():
            return round_size(value)
        case dict():
            return tuple((key, skeleton(member, types)) for key, member in sorted(value.items()))
        case list():
            return (_VALUE, frozenset(each.type for each in value if isinstance(each, Representation)))
        case Representation():
            return value.type
        case str():
            return _type_in(value, types)
    return _VALUE


def _type_in(value: str, types: Collection[str]) -> str:
    if "_" not in value:
        return _VALUE
    parsed = parse_global_id(value)
    return parsed.type if parsed and parsed.type in types else _NO_ID

"""The skeleton of variables: the structure that may shape a plan, without the values."""

from collections.abc import Collection, Hashable
from enum import Enum
from typing import Any

from datasources.ids import parse_global_id
from resolvers.documents.limits import round_size
from resolvers.documents.representations import Representation

_VALUE = "*"
# Text that is no global id of a known type. A root with it is planned differently from one with a customer's id.
_NO_ID = "-"


def skeleton(value: Any, types: Collection[str]) -> Hashable:
    """Keys that are present, nulls, booleans, enum values, numbers rounded to planned sizes, the type of a global id
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

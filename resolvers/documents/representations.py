"""Representations: what a federation gateway sends of an object that it wants, its type and id."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import GraphQLScalarType

from datasources.ids import NO_ID, parse_global_id


@dataclass(frozen=True, slots=True)
class Representation:
    """One object that is asked for. It is a key and never trusted as data.

    `type` is None for what is no such thing. An id that is none of its type's names no row, like one made up.
    """

    type: str | None
    customer: UUID = NO_ID
    row: UUID = NO_ID


def read(value: Any) -> Representation:
    """Never fails: an operation with something else than type and id is refused when it is planned."""
    match value:
        case {"__typename": str(type_), "id": str(id_)} if len(value) == 2:
            parsed = parse_global_id(id_)
            if parsed is None or parsed.type != type_:
                return Representation(type_)
            return Representation(type_, parsed.customer, parsed.row)
    return Representation(None)


def distinct(representations: Iterable[Representation], type_: str) -> Sequence[Representation]:
    """Those of one type, each once, in the order of their first occurrence."""
    return list(dict.fromkeys(each for each in representations if each.type == type_))


ANY = GraphQLScalarType(
    "_Any", parse_value=read, description="A representation: an object's type and id, nothing else."
)

"""Representations: the type and id by which a federation gateway requests an object of another subgraph."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import GraphQLScalarType

from datasources.ids import NO_ID, parse_global_id


@dataclass(frozen=True, slots=True)
class Representation:
    """A requested object. It is used as a key only.

    `type` is None for a value that is no representation. An id of another type names no row, as a made-up id does.
    """

    type: str | None
    customer: UUID = NO_ID
    row: UUID = NO_ID


def parse_representation(value: Any) -> Representation:
    """Never fails: planning refuses an operation with a value that is no representation."""
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
    "_Any", parse_value=parse_representation, description="A representation: an object's type and id, nothing else."
)

"""Prices of fields in points, from the schema's @cost and @listSize or else the defaults."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    FieldNode,
    GraphQLField,
    IntValueNode,
    ListValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from datasources.plan import MAX_ROWS_PER_LIST, Variables

# Each planned root field runs a statement.
POINTS_PER_STATEMENT = 10.0
# A scalar field of the object costs nothing more.
POINTS_PER_OBJECT = 1.0
# Introspection reads no database.
POINTS_PER_SCHEMA_OBJECT = 0.01
DEFAULT_LIST_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Price:
    """A field's price, in the terms of the cost directives' specification.

    `slicing` are the arguments that give the list's length, `sized` the fields below that have this length; without
    any, the field itself is the list.
    """

    weight: float | None = None
    length: int | None = None
    slicing: tuple[str, ...] = ()
    sized: frozenset[str] = frozenset()


Prices = Mapping[str, Price]
_DEFAULT_PRICE = Price()


@dataclass(frozen=True, slots=True)
class Pricing:
    """Prices by coordinate. `entries` are the fields whose length is given by their parent field."""

    prices: Prices
    entries: frozenset[str]

    def of(self, coordinate: str) -> Price:
        return self.prices.get(coordinate, _DEFAULT_PRICE)


def weight(price: Price, type_: str, field: GraphQLField) -> float:
    if price.weight is not None:
        return price.weight
    if is_leaf_type(get_named_type(field.type)):
        return 0.0
    return POINTS_PER_SCHEMA_OBJECT if type_.startswith("__") else POINTS_PER_OBJECT


def is_list(price: Price, field: GraphQLField) -> bool:
    return bool(price.sized) or is_list_type(get_nullable_type(field.type))


def length(price: Price, node: FieldNode, variables: Variables) -> int:
    """The list's length: as requested by a slicing argument, or else as assumed."""
    for argument in node.arguments or ():
        if argument.name.value in price.slicing:
            requested = _requested_length(argument.value, variables)
            if requested is not None:
                return requested
    return DEFAULT_LIST_LENGTH if price.length is None else price.length


def _requested_length(value: ValueNode, variables: Variables) -> int | None:
    match value:
        case IntValueNode(value=text):
            return _clamp(int(text[:9]))
        case ListValueNode(values=values):
            return len(values)
        case VariableNode(name=name):
            given = variables.get(name.value)
            return len(given) if isinstance(given, list) else _clamp(given) if isinstance(given, int) else None
    return None


def _clamp(number: int) -> int:
    """Within the bounds of a list. Planning refuses a number outside them, naming the argument."""
    return min(max(number, 0), MAX_ROWS_PER_LIST)

"""What a field costs, and how often: as the schema says by @cost and @listSize, or else as is usual."""

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

# Each root is a statement of its own.
POINTS_PER_STATEMENT = 10.0
# An object of the answer. A value in it costs nothing of its own.
POINTS_PER_OBJECT = 1.0
# An object that tells of the schema: no database is asked for it.
POINTS_PER_SCHEMA_OBJECT = 0.01
DEFAULT_LIST_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Price:
    """What the schema says of a field, in the words of the cost directives' specification.

    `slicing` are the arguments that say how long the list is, `sized` the fields below whose length that is; where
    there are none, the field itself is the list.
    """

    weight: float | None = None
    length: int | None = None
    slicing: tuple[str, ...] = ()
    sized: frozenset[str] = frozenset()


Prices = Mapping[str, Price]
_DEFAULT_PRICE = Price()


@dataclass(frozen=True, slots=True)
class Pricing:
    """The prices of a schema's fields, by coordinate. `entries` are the fields whose length their parent says."""

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
    """How many entries the list has, if it has as many as are asked for or assumed."""
    for argument in node.arguments or ():
        if argument.name.value in price.slicing:
            asked = _asked(argument.value, variables)
            if asked is not None:
                return asked
    return DEFAULT_LIST_LENGTH if price.length is None else price.length


def _asked(value: ValueNode, variables: Variables) -> int | None:
    match value:
        case IntValueNode(value=text):
            return _bounded(int(text[:9]))
        case ListValueNode(values=values):
            return len(values)
        case VariableNode(name=name):
            found = variables.get(name.value)
            return len(found) if isinstance(found, list) else _bounded(found) if isinstance(found, int) else None
    return None


def _bounded(number: int) -> int:
    """A number out of bounds is refused when it is planned, by the argument's name."""
    return min(max(number, 0), MAX_ROWS_PER_LIST)

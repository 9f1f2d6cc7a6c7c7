"""What fields cost, printed as the directives of the GraphQL cost specification: every list says how long it may be."""

from collections.abc import Iterator
from typing import Any

import strawberry
from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDirective,
    GraphQLField,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)
from strawberry.schema_directive import Location

from resolvers.planning.arguments import DEFAULT_PAGE_SIZE
from resolvers.prices import POINTS_PER_STATEMENT, Price
from resolvers.root_types import ROOT_TYPE_NAMES

SLICING = ("first", "last")
ENTRIES = ("nodes", "edges")
# A list without pages holds what belongs to one object: the lines of an order, the phone numbers of a customer.
WHOLE = 5
# Each entry is a call of a Python function, because the planner does not answer it.
CALLED = Price(weight=5.0, length=600)
# A count reads every row that passes the filter, which may be the whole table of customers.
ASSUMED = {"Viewer.coordinates": CALLED, "CustomerConnection.totalCount": Price(weight=100.0)}


@strawberry.schema_directive(
    name="cost", locations=[Location.FIELD_DEFINITION], description="What a field costs, where that is not one point."
)
class Cost:
    weight: str = strawberry.directive_field(name="weight")


@strawberry.schema_directive(
    name="listSize",
    locations=[Location.FIELD_DEFINITION],
    description="How long a list is taken to be: as its slicing arguments say, or else as is assumed.",
)
class ListSize:
    assumed_size: int | None = strawberry.directive_field(name="assumedSize")
    slicing_arguments: list[str] | None = strawberry.directive_field(name="slicingArguments", default=strawberry.UNSET)
    sized_fields: list[str] | None = strawberry.directive_field(name="sizedFields", default=strawberry.UNSET)
    require_one_slicing_argument: bool | None = strawberry.directive_field(
        name="requireOneSlicingArgument", default=True
    )


# As introspection shows the two, because Strawberry tells it of executable directives only.
DIRECTIVES = (
    GraphQLDirective(
        "cost",
        [DirectiveLocation.FIELD_DEFINITION],
        {"weight": GraphQLArgument(GraphQLNonNull(GraphQLString))},
        description="What a field costs, where that is not one point.",
    ),
    GraphQLDirective(
        "listSize",
        [DirectiveLocation.FIELD_DEFINITION],
        {
            "assumedSize": GraphQLArgument(GraphQLInt),
            "slicingArguments": GraphQLArgument(GraphQLList(GraphQLNonNull(GraphQLString))),
            "sizedFields": GraphQLArgument(GraphQLList(GraphQLNonNull(GraphQLString))),
            "requireOneSlicingArgument": GraphQLArgument(GraphQLBoolean, default_value=True),
        },
        description="How long a list is taken to be: as its slicing arguments say, or else as is assumed.",
    ),
)


def price(type_: str, name: str, field: GraphQLField) -> Price | None:
    """What a field costs; None for one point, which is not printed."""
    known = ASSUMED.get(f"{type_}.{name}")
    if known is not None:
        return known
    if not is_composite_type(get_named_type(field.type)):
        return None
    weight = POINTS_PER_STATEMENT if type_ in ROOT_TYPE_NAMES and name != "viewer" else None
    if set(SLICING) <= field.args.keys():
        return Price(weight, DEFAULT_PAGE_SIZE, SLICING, frozenset(ENTRIES))
    if is_list_type(get_nullable_type(field.type)) and not _is_entry(type_, name):
        return Price(weight, WHOLE)
    return Price(weight) if weight is not None else None


def cost_directives(price: Price) -> Iterator[Any]:
    """The directives that print a price."""
    if price.weight is not None:
        yield Cost(weight=f"{price.weight:g}")
    if price.length is not None:
        sized = [name for name in ENTRIES if name in price.sized]
        yield ListSize(
            assumed_size=price.length,
            slicing_arguments=list(price.slicing) or strawberry.UNSET,
            sized_fields=sized or strawberry.UNSET,
            require_one_slicing_argument=False if sized else strawberry.UNSET,
        )


def _is_entry(type_: str, name: str) -> bool:
    """Of a page: as long as the field that the page belongs to says."""
    return type_.endswith("Connection") and name in ENTRIES

"""What the types of every department are made of: nodes, connections, money, and the arguments of lists."""

from typing import Annotated, Generic, TypeVar

import strawberry

from auth.departments import Department
from schema.classification import DepartmentField, argument
from schema.scalars import CurrencyCode, Decimal

field = DepartmentField(Department.CORE)
# For the ways into the graph that a department adds: the roots are core's.
root_field = DepartmentField(Department.CORE)

T = TypeVar("T")

First = Annotated[
    int | None, argument("How many from the start, 1 to 100. With neither `first` nor `last`: the first 10.")
]
After = Annotated[str | None, argument("Only what comes after this cursor.")]
Last = Annotated[int | None, argument("How many from the end, 1 to 100. Not together with `first`.")]
Before = Annotated[str | None, argument("Only what comes before this cursor.")]


@strawberry.interface(description="Something with an id of its own, to be asked for again by `node(id:)`.")
class Node:
    id: strawberry.ID = field("Opaque and stable. Do not take it apart.")


@strawberry.type
class CustomerSection:
    """What a department, or core's ledger, knows of one customer. The id lets caches keep and merge it."""

    id: strawberry.ID = field("The customer's id, so that a cache keeps one object for each customer.")


@strawberry.type(description="An exact amount of money in one currency.")
class Money:
    amount: Decimal = field("The amount, in units of the currency (not cents), as an exact decimal string.")
    currency: CurrencyCode = field("ISO 4217.")


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = field("Whether more follow after this page.")
    has_previous_page: bool = field("Whether more stand before this page.")
    start_cursor: str | None = field("The cursor of the first on this page; null on an empty page.")
    end_cursor: str | None = field("The cursor of the last on this page; null on an empty page.")


@strawberry.type(description="One entry of a list, with its cursor.")
class Edge(Generic[T]):
    cursor: str = field("Opaque: give it to `after` or `before` to go on from here.")
    node: T = field("The entry itself.")


@strawberry.type(description="One page of a list, newest first unless the list says otherwise.")
class Connection(Generic[T]):
    nodes: list[T] = field("The entries of this page.")
    edges: list[Edge[T]] = field("The entries of this page, each with its cursor.")
    page_info: PageInfo = field("Where this page stands in the list.")
    total_count: int | None = field(
        "How many entries the whole list has, under the same filters. Counted only when asked."
    )

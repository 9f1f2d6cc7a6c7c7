"""The values a plan is made of: what is asked of each customer, with the effect on every field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auth.policy.effects import UNGOVERNED, Effect
from auth.policy.reach import Reach

Variables = Mapping[str, Any]

# Keys of a run's variables beside the operation's own. No GraphQL variable can have such a name.
# What core's answer says of the customers: their ids, their flags, and core's clock.
IDS, FLAGS, AS_OF = "@ids", "@flags", "@as_of"
# Of objects asked for by id: the batch and the row of each, pairwise with the customers.
BATCHES, ROWS = "@batches", "@rows"
# The customer of an object that a department has found.
LOCATED_ID = "@located"
# The customer, contract or territory that limits the viewer's reach.
REACH_VALUE = "@reach_value"

MAX_ROWS_PER_LIST = 100


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A value bound when the plan runs, never written into a statement.

    `read` takes it from the operation's coerced variables (a constant of the document ignores them).
    Two parameters are the same only if they are the same object.
    """

    read: Callable[[Variables], Any]


def constant(value: Any) -> Parameter:
    """A parameter that is the same whatever the variables are."""
    return Parameter(lambda _: value)


@dataclass(frozen=True, slots=True)
class Size:
    """How many rows a list may have: `count` when the plan runs, never more than `limit`, a literal of the statement.

    A constant in the document has `count` None and is the limit itself. A variable is bound, below the next of a few
    round limits, so that the statement keeps a literal LIMIT for PostgreSQL to plan with.
    """

    limit: int
    count: Parameter | None = None


Argument = Parameter | Size | str | bool | None | Mapping[str, "Argument"]


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is asked for, forwards from its start (or `cursor`) or backwards from its end."""

    size: Size
    backwards: bool = False
    after: Parameter | None = None
    before: Parameter | None = None

    @property
    def cursors(self) -> tuple[tuple[Parameter, bool], ...]:
        """The cursors that bound it, each with whether the page lies after it."""
        bounds = ((self.after, True), (self.before, False))
        return tuple((cursor, after) for cursor, after in bounds if cursor is not None)


@dataclass(frozen=True, slots=True)
class Filter:
    """One narrowing of a list: the field it looks at, how, and the effect on that field for filters."""

    field: str
    operator: str
    value: Parameter
    effect: Effect


@dataclass(frozen=True, slots=True)
class Order:
    """One key that a list is ordered by, with the effect on that field for ordering."""

    field: str
    descending: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the answer: under which key, of which type, with which effect, and what is asked below it.

    `fields` holds the selection below by concrete type: one entry for an object, several for an interface or union.
    """

    key: str
    type: str
    name: str
    effect: Effect = UNGOVERNED
    page: Page | None = None
    filters: tuple[Filter, ...] = ()
    orders: tuple[Order, ...] = ()
    fields: Mapping[str, tuple["Field", ...]] = field(default_factory=dict)

    @property
    def only_fields(self) -> tuple["Field", ...]:
        """The selection below a field of an object type."""
        (fields,) = self.fields.values()
        return fields

    @property
    def is_told(self) -> bool:
        """Whether anything below the field has to be asked of somebody: not if all of it is withheld."""
        return any(
            each.effect.shows and each.name != "__typename" for fields in self.fields.values() for each in fields
        )

    @property
    def coordinate(self) -> str:
        return f"{self.type}.{self.name}"


@dataclass(frozen=True, slots=True)
class Find:
    """How a root field finds its customers: the field looked up, the value, and the effect on that use."""

    by: str
    value: Parameter
    effect: Effect


@dataclass(frozen=True, slots=True)
class Customers:
    """Root entry: a page of customers. `exists` is the effect on there being a customer at all."""

    exists: Effect


@dataclass(frozen=True, slots=True)
class OneCustomer:
    """Root entry: the customer whom `find` finds."""

    exists: Effect
    find: Find


@dataclass(frozen=True, slots=True)
class OneObject:
    """Root entry: one object of a department, found by `find`.

    `customer` is the subject's id where the object's global id told it; else the department is asked for it first.
    """

    exists: Effect
    type: str
    find: Find
    customer: Parameter | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Objects of one type that one field asks for by their ids, `rows` of `customers` pairwise; a customer is their own
    row. `by` is the effect on there being such an object.
    """

    type: str
    by: Effect
    customers: Parameter
    rows: Parameter
    asked: Field


@dataclass(frozen=True, slots=True)
class Entities:
    """Root entry: all objects that an operation asks for by their ids, whatever their types and fields."""

    exists: Effect
    batches: tuple[Batch, ...]


Entry = Customers | OneCustomer | OneObject | Entities


@dataclass(frozen=True, slots=True)
class Root:
    """One root field of an operation: how its customers are found, who of them exists for the viewer, and what is
    asked of them. What is asked of entities stands with their batches.
    """

    entry: Entry
    asked: Field
    reach: Reach = Reach.ALL

"""The values a plan is made of: the fields selected of each customer, with the effect on every field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auth.policy.effects import UNGOVERNED, Effect

Variables = Mapping[str, Any]

# Keys of a run's variables beside the operation's own. No GraphQL variable can have such a name.
# What core's answer says of the customers: their ids, their flags, and core's clock.
IDS, FLAGS, AS_OF = "@ids", "@flags", "@as_of"
# The customers' numbers in core's answer, if a run is for some of them only.
ORDINALS = "@ordinals"
# Of objects asked for by id: the batch and the row of each, pairwise with the customers.
BATCHES, ROWS = "@batches", "@rows"
# The customer of an object that a department has found.
LOCATED_ID = "@located"
# The customer, contract or territory that limits each of the viewer's reaches.
REACH_VALUES = "@reach_values"
# A dry run has two: the viewer's own, and that of the class they try out.
MAX_REACHES = 2

MAX_ROWS_PER_LIST = 100


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A value bound when the plan runs, never written into a statement.

    `read` takes it from the operation's coerced variables; for a constant of the document it ignores them.
    Parameters are compared by identity.
    """

    read: Callable[[Variables], Any]


def constant(value: Any) -> Parameter:
    """A parameter with one value for all variables."""
    return Parameter(lambda _: value)


@dataclass(frozen=True, slots=True)
class Size:
    """The page size of a list: `limit` is a literal of the statement, `count` is bound when the plan runs.

    A size that is a constant in the document is the limit, and `count` is None. For a variable, the limit is the next
    larger of a few round sizes, because PostgreSQL plans better with a literal LIMIT than with a bound one.
    """

    limit: int
    count: Parameter | None = None


Argument = Parameter | Size | str | bool | None | Mapping[str, "Argument"]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: forwards from its start or `after`, or backwards from its end or `before`."""

    size: Size
    backwards: bool = False
    after: Parameter | None = None
    before: Parameter | None = None

    @property
    def cursors(self) -> tuple[tuple[Parameter, bool], ...]:
        """The cursors of the page, each with whether the page lies after it."""
        bounds = ((self.after, True), (self.before, False))
        return tuple((cursor, after) for cursor, after in bounds if cursor is not None)


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter of a list: the field that it compares, and the effect on that field for the use `filter`."""

    field: str
    operator: str
    value: Parameter
    effect: Effect


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key of a list, with the effect on its field for the use `order`."""

    field: str
    descending: bool
    effect: Effect


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the answer: its response key, the type that declares it, its effect, and the selection below it.

    `fields` holds that selection by concrete type: one entry for an object, several for an interface or union.
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
    def needs_data(self) -> bool:
        """Whether anything below the field has to be read: not if all of it is withheld."""
        return any(
            each.effect.shows and each.name != "__typename" for fields in self.fields.values() for each in fields
        )

    @property
    def coordinate(self) -> str:
        return f"{self.type}.{self.name}"

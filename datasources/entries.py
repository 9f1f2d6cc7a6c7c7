"""Entries: how a root field finds the customers and objects that it is about."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from auth.policy.effects import Condition, Effect
from auth.policy.reach import Reach
from datasources.plan import Field, Parameter


@dataclass(frozen=True, slots=True)
class Find:
    """How a root field finds a row: the field looked up, the value, and the effect on the use `lookup`."""

    by: str
    value: Parameter
    effect: Effect


@dataclass(frozen=True, slots=True)
class RootObject:
    """A department's object that a root answers, among the rows of the customer it is about.

    `column` finds its row by `value`, or by the id that comes with each customer (`plan.ROWS`) if `value` is None.
    `condition` is what the customer's flags must meet for the object to be found.
    """

    type: str
    field: Field
    condition: Condition
    column: str
    value: Parameter | None = None
    batch: int = 0


@dataclass(frozen=True, slots=True)
class Entry(ABC):
    """How a root finds its customers. `exists` is the effect on there being a customer at all.

    A new kind of root is a subclass here and its EntryCompiler in datasources/compiler/sql.
    """

    exists: Effect
    # Whether core's rows name the row and batch of each object beside its customer.
    names_rows: ClassVar[bool] = False

    @abstractmethod
    def objects(self, field: Field) -> Sequence[RootObject]:
        """The objects that the root `field` answers; none where it answers customers."""

    def unlocated(self, field: Field) -> RootObject | None:
        """The object whose customer only its department knows, so that it has to be queried before core."""
        return None


@dataclass(frozen=True, slots=True)
class Customers(Entry):
    """A page of customers."""

    def objects(self, field: Field) -> Sequence[RootObject]:
        return ()


@dataclass(frozen=True, slots=True)
class OneCustomer(Entry):
    """One customer, by `find`."""

    find: Find

    def objects(self, field: Field) -> Sequence[RootObject]:
        return ()


@dataclass(frozen=True, slots=True)
class OneObject(Entry):
    """One object of a department, by `find`. `customer` is the subject's id, if the object's global id contains it."""

    type: str
    find: Find
    customer: Parameter | None = None

    def objects(self, field: Field) -> Sequence[RootObject]:
        return (RootObject(self.type, field, self.find.effect.condition, self.find.by, self.find.value),)

    def unlocated(self, field: Field) -> RootObject | None:
        return self.objects(field)[0] if self.customer is None else None


@dataclass(frozen=True, slots=True)
class Batch:
    """Objects of one type that one `field` selects by id: `rows` of `customers`, pairwise; a customer is its own row.

    `by` is the effect on there being such an object.
    """

    type: str
    by: Effect
    customers: Parameter
    rows: Parameter
    field: Field


@dataclass(frozen=True, slots=True)
class Entities(Entry):
    """All objects that an operation selects by id, of any types and in any fields."""

    batches: tuple[Batch, ...]
    names_rows: ClassVar[bool] = True

    def objects(self, field: Field) -> Sequence[RootObject]:
        return tuple(
            RootObject(each.type, each.field, each.by.condition, "id", batch=number)
            for number, each in enumerate(self.batches)
        )


@dataclass(frozen=True, slots=True)
class Root:
    """One root field of an operation: how its customers are found, which of them the viewer can reach, and its
    selection. The selection of entities stands with their batches.
    """

    entry: Entry
    field: Field
    reaches: tuple[Reach, ...] = ()

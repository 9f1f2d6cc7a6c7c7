"""Readings: a source's part of a root field, compiled once and run for the customers of core's answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from uuid import UUID

from auth.policy.effects import Condition
from datasources.engine.running.databases import Databases
from datasources.engine.running.fetching import Fetched
from datasources.plan import AS_OF, BATCHES, FLAGS, IDS, ROWS, Parameter, Variables
from datasources.sources.shapes import PlainSubject, Write


@dataclass(frozen=True, slots=True)
class Reading:
    """The columns that are fetched from a source, by resource, and the function that writes each section from them.

    Only customers who meet one of the `conditions` are fetched, because nothing is shown of the others.
    """

    department: str
    conditions: frozenset[Condition]
    columns: Mapping[str, tuple[str, ...]]
    sections: tuple[int, ...]
    writes: tuple[Write, ...]

    @property
    def departments(self) -> tuple[str, ...]:
        return (self.department,)

    async def texts(self, variables: Variables, databases: Databases, deadline: float) -> Mapping[int, list[bytes]]:
        customers = [str(each) for each in variables[IDS]]
        shown = [each for each, flags in zip(customers, variables[FLAGS], strict=True) if self._shows(flags)]
        rows = await databases.asked[self.department].fetch(self.columns, shown, deadline)
        subjects = list(_subjects(customers, variables, rows))
        return {
            section: [write({}, subject).encode() for subject in subjects]
            for section, write in zip(self.sections, self.writes, strict=True)
        }

    def _shows(self, flags: int) -> bool:
        return any(condition.met_by(flags) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class OwnerLookup:
    """Looks up the customer of a source's object by a unique value, such as its number."""

    department: str
    resource: str
    column: str
    value: Parameter

    async def owner(self, variables: Variables, databases: Databases, deadline: float) -> UUID | None:
        source = databases.asked[self.department]
        owner = await source.find_owner(self.resource, self.column, str(self.value.read(variables)), deadline)
        return UUID(owner) if owner else None


def _subjects(customers: Sequence[str], variables: Variables, rows: Fetched) -> Iterator[PlainSubject]:
    beside = zip(variables.get(ROWS) or repeat(None), variables.get(BATCHES) or repeat(0), strict=False)
    each_customer = zip(customers, variables[FLAGS], beside, strict=False)
    for ordinal, (customer, flags, (row, batch)) in enumerate(each_customer, 1):
        theirs = {resource: by_customer.get(customer, ()) for resource, by_customer in rows.items()}
        id_ = None if row is None else str(row)
        yield PlainSubject(customer, flags, variables[AS_OF], ordinal, variables, theirs, id_, batch)

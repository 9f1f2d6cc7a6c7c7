"""Readings: what one source answers for a root field, compiled once and run for the customers that core tells of."""

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
    """What is fetched from a source, the columns by resource, and what writes each section from it.

    The source is asked only about customers who meet one of the `conditions`: of others nothing is shown.
    """

    department: str
    conditions: frozenset[Condition]
    columns: Mapping[str, tuple[str, ...]]
    sections: tuple[int, ...]
    writes: tuple[Write, ...]

    @property
    def departments(self) -> tuple[str, ...]:
        return (self.department,)

    async def texts(self, told: Variables, databases: Databases, deadline: float) -> Mapping[int, list[bytes]]:
        customers = [str(each) for each in told[IDS]]
        shown = [each for each, flags in zip(customers, told[FLAGS], strict=True) if self._shows(flags)]
        rows = await databases.asked[self.department].fetched(self.columns, shown, deadline)
        subjects = list(_subjects(customers, told, rows))
        return {
            section: [write({}, subject).encode() for subject in subjects]
            for section, write in zip(self.sections, self.writes, strict=True)
        }

    def _shows(self, flags: int) -> bool:
        return any(condition.met_by(flags) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Search:
    """Asks a source whom an object is about, by its number."""

    department: str
    resource: str
    column: str
    value: Parameter

    async def owner(self, variables: Variables, databases: Databases, deadline: float) -> UUID | None:
        source = databases.asked[self.department]
        owner = await source.found_by(self.resource, self.column, str(self.value.read(variables)), deadline)
        return UUID(owner) if owner else None


def _subjects(customers: Sequence[str], told: Variables, rows: Fetched) -> Iterator[PlainSubject]:
    beside = zip(told.get(ROWS) or repeat(None), told.get(BATCHES) or repeat(0), strict=False)
    for ordinal, (customer, flags, (row, batch)) in enumerate(zip(customers, told[FLAGS], beside, strict=False), 1):
        theirs = {resource: by_customer.get(customer, ()) for resource, by_customer in rows.items()}
        id_ = None if row is None else str(row)
        yield PlainSubject(customer, flags, told[AS_OF], ordinal, told, theirs, id_, batch)

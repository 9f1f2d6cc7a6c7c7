"""What answers a root field: core's statement, and what other databases and sources contribute to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from datasources.engine.running.databases import Databases
from datasources.engine.running.statement import Statement
from datasources.plan import Variables


class Contribution(Protocol):
    """Answers sections for all customers at once: a statement of a database, or a reading of a source."""

    @property
    def sections(self) -> tuple[int, ...]: ...

    @property
    def departments(self) -> tuple[str, ...]:
        """The departments whose data it reads."""

    async def texts(self, variables: Variables, databases: Databases, deadline: float) -> Mapping[int, list[bytes]]:
        """A text for each section and customer, in the order of `variables[IDS]`. Raises Unavailable."""


class Locate(Protocol):
    """Finds the customer that a department's object is about."""

    @property
    def department(self) -> str: ...

    async def owner(self, variables: Variables, databases: Databases, deadline: float) -> UUID | None:
        """The customer, None if there is no such object. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class FieldStatement:
    """A statement for one field of a section's object: each of its texts is an object with that member alone."""

    key: str
    department: str
    coordinate: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class StatementContribution:
    """A statement with a column of texts for each section. `fields_of` compiles those for single fields of a section,
    which run only if this one fails on bad data.
    """

    statement: Statement
    fields_of: Callable[[int], Sequence[FieldStatement]]

    @property
    def sections(self) -> tuple[int, ...]:
        return self.statement.sections

    @property
    def departments(self) -> tuple[str, ...]:
        return self.statement.departments

    async def texts(self, variables: Variables, databases: Databases, deadline: float) -> Mapping[int, list[bytes]]:
        columns = await databases.rows(self.statement, variables, deadline)
        return dict(zip(self.sections, columns, strict=True))


@dataclass(frozen=True, slots=True)
class StatementLocate:
    """A statement that finds the object's customer."""

    department: str
    statement: Statement

    async def owner(self, variables: Variables, databases: Databases, deadline: float) -> UUID | None:
        rows = await databases.rows(self.statement, variables, deadline)
        return rows[0][0] if rows else None


@dataclass(frozen=True, slots=True)
class RootStatements:
    """All that answers one root field. `sections` names the department of each section.

    Core answers one row: the text, the customers' ids, their flags, core's clock, and the texts of its own sections. If
    it `names_rows`, the row ends with the batches and ids of the objects whose customers were found.
    """

    locate: Locate | None
    core: Statement
    others: tuple[Contribution, ...]
    sections: Mapping[int, str]
    names_rows: bool = False

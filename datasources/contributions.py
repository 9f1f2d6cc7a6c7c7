"""Contributions: what databases and sources add to core's answer."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID

from datasources.databases import Databases
from datasources.plan import Variables


class Contribution(Protocol):
    """Answers sections for all customers at once: a statement of a database, or a reading of a source."""

    @property
    def sections(self) -> tuple[int, ...]: ...

    @property
    def departments(self) -> tuple[str, ...]:
        """Whose data it asks for."""

    async def texts(self, told: Variables, databases: Databases, deadline: float) -> Mapping[int, list[bytes]]:
        """For each section a text for each customer, in the order in which core tells of them. Raises Unavailable."""


class Locate(Protocol):
    """Asks a department whom an object of its own is about."""

    @property
    def department(self) -> str: ...

    async def owner(self, variables: Variables, databases: Databases, deadline: float) -> UUID | None:
        """The customer, None if there is no such object. Raises Unavailable."""

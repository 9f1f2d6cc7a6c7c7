"""What a department whose data is not in SQL brings: how its rows are fetched, and what its types are in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from datasources.sources.columns import Columns
from datasources.sources.shapes import PlainShapes

# Columns that every resource has: whom a row is about, and a random id that tells rows apart and serves as cursor.
OWNER, IDENTITY = "customer_id", "id"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Rows that a source is asked for: those of a resource whose column `by` has one of these values, and of each row
    these columns.
    """

    resource: str
    columns: tuple[str, ...]
    by: str
    values: tuple[str, ...]


class Source(Protocol):
    """A department whose data is not in SQL.

    It decides nothing: who may see what, filters, orders, pages and masks are the same code for every source. What it
    fetches is not trusted. Rows of customers who were not asked for are dropped, and so are rows that come twice; a
    value that is not what its column says costs the department its fields.
    """

    @property
    def department(self) -> str: ...

    @property
    def shapes(self) -> PlainShapes:
        """Its GraphQL types."""

    @property
    def resources(self) -> Mapping[str, Columns]:
        """What it keeps: lists of rows, each with its columns and how their values are read."""

    @property
    def most_values(self) -> int:
        """How many customers it is asked about at once; of more, it is asked in several requests."""

    async def fetch(self, wanted: Wanted, deadline: float) -> Sequence[Mapping[str, Any]]:
        """All these rows, as they came, by `deadline`, a time of the running loop. Raises Unavailable."""


Sources = Mapping[str, Source]

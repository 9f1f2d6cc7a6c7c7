"""The protocol of a department whose data is not in SQL: how rows are fetched, and its types over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from datasources.sources.columns import Columns
from datasources.sources.shapes import PlainShapes

# Columns that every resource has: the customer's id, and a random id of the row, which serves as cursor.
OWNER, IDENTITY = "customer_id", "id"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request to a source: the rows of a resource whose column `by` has one of the values, with these columns."""

    resource: str
    columns: tuple[str, ...]
    by: str
    values: tuple[str, ...]


class Source(Protocol):
    """A department whose data is not in SQL.

    It only fetches: permissions, masks, filters, orders and pages are the same code for every source. Its rows are
    checked: those of customers who were not requested are dropped, and so are repeated rows; a value that its column
    does not allow costs the department its fields.
    """

    @property
    def department(self) -> str: ...

    @property
    def shapes(self) -> PlainShapes:
        """Its GraphQL types."""

    @property
    def resources(self) -> Mapping[str, Columns]:
        """Its lists of rows, each with its columns and their readers."""

    @property
    def most_values(self) -> int:
        """The most customers in one request; more are split into several."""

    async def fetch(self, wanted: Wanted, deadline: float) -> Sequence[Mapping[str, Any]]:
        """All these rows, unchecked, by `deadline`, a time of the running loop. Raises Unavailable."""


Sources = Mapping[str, Source]

"""A source with the patience and the bounded concurrency of a database."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from datasources.engine.pools.places import Places
from datasources.engine.running.fetching import Fetched, fetch_customers, find_owner, is_answering
from datasources.engine.running.patience import Patience
from datasources.sources.source import Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PatientSource:
    """All that one answer needs of a source counts as one request: it is one trial of the breaker (docs/adr/0041)."""

    source: Source
    patience: Patience
    places: Places

    async def fetch(self, columns: Mapping[str, tuple[str, ...]], customers: Sequence[str], deadline: float) -> Fetched:
        """The rows of these customers, all resources at once. Raises Unavailable."""
        if not customers:
            # No request is sent, so the breaker neither refuses it nor learns from it.
            return {resource: {} for resource in columns}
        return await self._ask(lambda until: fetch_customers(self.source, columns, customers, until), deadline)

    async def find_owner(self, resource: str, column: str, value: str, deadline: float) -> str | None:
        """The customer of the row that has this value in the column, if there is one. Raises Unavailable."""
        return await self._ask(lambda until: find_owner(self.source, resource, column, value, until), deadline)

    async def answers(self, deadline: float) -> bool:
        """Whether it answers, whatever its breaker and its queue say."""
        return await is_answering(self.source, deadline)

    async def _ask(self, once: Callable[[float], Awaitable[T]], deadline: float) -> T:
        async def in_place(until: float) -> T:
            async with self.places.taken(until):
                return await once(until)

        return await self.patience.ask(in_place, deadline)

"""A source as it is asked: with the patience of a database, and by so many at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from datasources.engine.pools.places import Places
from datasources.engine.running.fetching import Fetched, answers, fetched, found_by
from datasources.engine.running.patience import Patience
from datasources.sources.source import Source

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PatientSource:
    """All that one answer needs of a source is asked for as one, and so tried as one after a rest (docs/adr/0041)."""

    source: Source
    patience: Patience
    places: Places

    async def fetched(
        self, columns: Mapping[str, tuple[str, ...]], customers: Sequence[str], deadline: float
    ) -> Fetched:
        """The rows of these customers, all resources at once. Raises Unavailable."""
        if not customers:
            # Nothing is asked, so nothing is learned: a breaker neither stops it nor closes by it.
            return {resource: {} for resource in columns}
        return await self._asked(lambda until: fetched(self.source, columns, customers, until), deadline)

    async def found_by(self, resource: str, column: str, value: str, deadline: float) -> str | None:
        """The customer of the row that has this value in the column, if there is one. Raises Unavailable."""
        return await self._asked(lambda until: found_by(self.source, resource, column, value, until), deadline)

    async def answers(self, deadline: float) -> bool:
        """Whether it answers, whatever the breaker says and however many ask."""
        return await answers(self.source, deadline)

    async def _asked(self, once: Callable[[float], Awaitable[T]], deadline: float) -> T:
        async def in_place(until: float) -> T:
            async with self.places.taken(until):
                return await once(until)

        return await self.patience.ask(in_place, deadline)

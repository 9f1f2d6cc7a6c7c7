"""The databases: where each department lives, the pools that statements run on, and the sources that are not SQL."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager

from auth.departments import CORE
from datasources.engine.pools.places import Places
from datasources.engine.pools.pool import ReadPool
from datasources.engine.pools.sessions import plan_session
from datasources.engine.running.coalescing import Rows
from datasources.engine.running.database import Database
from datasources.engine.running.patience import Patience
from datasources.engine.running.patient import PatientSource
from datasources.engine.running.statement import Statement
from datasources.plan import Variables
from datasources.sources.source import Sources
from datasources.unavailable import Unavailable

log = logging.getLogger("customer360.data")

# How many requests may wait for each place at a department, so that a slow one holds a bounded part of the process.
QUEUE_PER_PLACE = 16


class Databases:
    """All departments' databases. Departments with one address share a database and are fused: one statement answers
    them. `asked` are the departments whose data is not in SQL; each is a home of its own.
    """

    def __init__(
        self,
        addresses: Mapping[str, str],
        databases: Mapping[str, Database],
        asked: Mapping[str, PatientSource] | None = None,
    ) -> None:
        self.asked = asked or {}
        self.sources: Sources = {department: each.source for department, each in self.asked.items()}
        of_sources = {department: f"the source of {department}" for department in self.sources}
        self.homes = {**addresses, **of_sources}
        # The same databases with a home for each department, for when a fused statement has failed.
        apart = {department: f"{department} at {url}" for department, url in addresses.items()}
        self.homes_apart = {**apart, **of_sources}
        self._databases = databases
        # Departments in SQL whose tables lack constraints of ours, so that their values are checked as they leave.
        self.unchecked: frozenset[str] = frozenset()
        # Since the start, by department: values that could not be shown.
        self.bad_values: Counter[str] = Counter()
        self._by_home = dict(databases) | {home: databases[addresses[department]] for department, home in apart.items()}

    @property
    def is_apart(self) -> bool:
        """Whether no two departments share a database."""
        return len(self._databases) + len(self.sources) == len(self.homes)

    @property
    def core(self) -> Database:
        return self._databases[self.homes[CORE]]

    def __getitem__(self, home: str) -> Database:
        return self._by_home[home]

    def rows(self, statement: Statement, variables: Variables, deadline: float) -> Awaitable[Rows]:
        """One request's rows of a statement. Raises Unavailable when they are not there by the deadline, a time of the
        running loop.
        """
        return self[statement.database].ask(statement, statement.request_values(variables), deadline)

    def note_bad_values(self, values: Mapping[tuple[str, str], int]) -> None:
        """Log and count values that could not be shown, by department and coordinate."""
        for (department, coordinate), count in values.items():
            self.bad_values[department] += count
            log.warning("%s: %d values for %s cannot be shown", department, count, coordinate)

    def behind(self, department: str) -> Database | PatientSource:
        """The database or source that answers for a department."""
        return self.asked.get(department) or self._databases[self.homes[department]]

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        addresses: Mapping[str, str],
        pool_size: int = 4,
        timeout_ms: int = 2000,
        sources: Sources | None = None,
    ) -> AsyncIterator[Databases]:
        """Pools for the departments' addresses; `timeout_ms` is the budget of each department.

        Nothing is connected yet, because a database may be down at the start.
        """
        seconds, max_queue = timeout_ms / 1000, QUEUE_PER_PLACE * pool_size

        def database(url: str) -> Database:
            # Core has no queue of its own: server/graphql/bounds/limiter.py bounds the requests that wait for it.
            queue = None if url == addresses[CORE] else max_queue
            return Database(url, ReadPool(url, plan_session(timeout_ms), pool_size, queue), seconds)

        databases = {url: database(url) for url in dict.fromkeys(addresses.values())}
        asked = {
            department: PatientSource(source, Patience(seconds), Places(pool_size, max_queue))
            for department, source in (sources or {}).items()
        }
        try:
            yield cls(dict(addresses), databases, asked)
        finally:
            for each in databases.values():
                each.pool.terminate()

    async def reachable(self, seconds: float = 1.0) -> dict[str, bool]:
        """Whether each department's database or source answers within this time, whatever its breaker says."""
        deadline = asyncio.get_running_loop().time() + seconds

        async def is_reached(home: str) -> bool:
            try:
                await self._databases[home].pool.fetch("SELECT 1", [], deadline)
            except Unavailable:
                return False
            return True

        checks = {home: is_reached(home) for home in self._databases}
        checks |= {self.homes[department]: source.answers(deadline) for department, source in self.asked.items()}
        reached = dict(zip(checks, await asyncio.gather(*checks.values()), strict=True))
        return {department: reached[home] for department, home in self.homes.items()}

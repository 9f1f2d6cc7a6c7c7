"""The databases: which department lives where, the pools that statements run on, and what is no database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager

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

# For each place at a department, how many may wait. One that is slow then costs a bounded part of the process.
QUEUE = 16


class Databases:
    """All departments' databases. Departments with one address share a database, and are answered together.

    `asked` are the departments whose data is not in SQL, as they are asked; each is its own home.
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
        # The same databases, asked for each department by itself: when a merged statement failed.
        apart = {department: f"{department} at {url}" for department, url in addresses.items()}
        self.homes_apart = {**apart, **of_sources}
        self._databases = databases
        self._by_home = dict(databases) | {home: databases[addresses[department]] for department, home in apart.items()}

    @property
    def is_apart(self) -> bool:
        """No two departments share a database."""
        return len(self._databases) + len(self.sources) == len(self.homes)

    @property
    def core(self) -> Database:
        return self._databases[self.homes["core"]]

    def __getitem__(self, home: str) -> Database:
        return self._by_home[home]

    def rows(self, statement: Statement, variables: Variables, deadline: float) -> Awaitable[Rows]:
        """One asker's rows of a statement. Raises Unavailable when they are not there by the deadline, a time of the
        running loop.
        """
        return self[statement.database].ask(statement, statement.asked(variables), deadline)

    def behind(self, department: str) -> Database | PatientSource:
        """What answers for a department."""
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
        """Pools for the departments' addresses; `timeout_ms` is what each department may take.

        Nothing is connected yet: a database may be down at the start.
        """

        def opened(url: str) -> Database:
            # Core has no queue of its own: server/graphql/limiter.py bounds the requests that wait for it.
            queue = None if url == addresses["core"] else QUEUE * pool_size
            return Database(url, ReadPool(url, plan_session(timeout_ms), pool_size, queue), timeout_ms / 1000)

        databases = {url: opened(url) for url in dict.fromkeys(addresses.values())}
        asked = {
            department: PatientSource(source, Patience(timeout_ms / 1000), Places(pool_size, QUEUE * pool_size))
            for department, source in (sources or {}).items()
        }
        try:
            yield cls(dict(addresses), databases, asked)
        finally:
            for database in databases.values():
                database.pool.terminate()

    async def reachable(self, seconds: float = 1.0) -> dict[str, bool]:
        """Whether each department's database or source answers within so many seconds, whatever a breaker says."""
        deadline = asyncio.get_running_loop().time() + seconds

        async def is_reached(home: str) -> bool:
            try:
                await self._databases[home].pool.fetch("SELECT 1", [], deadline)
            except Unavailable:
                return False
            return True

        asked = {home: is_reached(home) for home in self._databases}
        asked |= {self.homes[department]: source.answers(deadline) for department, source in self.asked.items()}
        reached = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
        return {department: reached[home] for department, home in self.homes.items()}

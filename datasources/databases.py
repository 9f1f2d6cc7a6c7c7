"""The databases: which department lives where, the pools that statements run on, and what is no database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

import asyncpg

from datasources.database import Database
from datasources.pool import Pool
from datasources.sources.fetching import answers
from datasources.sources.source import Sources
from datasources.unavailable import Unavailable

DEPARTMENTS = ("core", "finance", "sales", "service", "marketing")

# What every connection is set to, whatever the role's own settings are. Reading is all that these pools do.
_SESSION = {
    "application_name": "customer360",
    "default_transaction_read_only": "on",
    "timezone": "UTC",
    "datestyle": "ISO",
    "jit": "off",
    # The first runs of a statement on each connection would be planned anew each time, at five times the cost.
    "plan_cache_mode": "force_generic_plan",
    # A list that goes wrong takes one core, not three.
    "max_parallel_workers_per_gather": "0",
    # A statement whose connection was cut off is ended by PostgreSQL within so many milliseconds, also when the process
    # that asked was killed.
    "client_connection_check_interval": "50",
}

# For each connection of a department, how many may wait. One that is slow then costs a bounded part of the process.
QUEUE = 16

# A merged statement is longer than the driver's usual 15 KB for what it keeps prepared.
_ANY_LENGTH = 0


class Databases:
    """All departments' databases. Departments with one address share a database, and are answered together.

    `sources` are the departments whose data is not in SQL; each is its own home.
    """

    def __init__(
        self, addresses: Mapping[str, str], databases: Mapping[str, Database], sources: Sources | None = None
    ) -> None:
        self.sources = sources or {}
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
            # Without core there is no answer: whoever waits for it is bounded by server/limiter.py, where that is all.
            queue = None if url == addresses["core"] else QUEUE * pool_size
            return Database(url, Pool(partial(_reading, url, timeout_ms), pool_size, queue), timeout_ms / 1000)

        databases = {url: opened(url) for url in dict.fromkeys(addresses.values())}
        try:
            yield cls(dict(addresses), databases, sources)
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
        asked |= {self.homes[department]: answers(source, deadline) for department, source in self.sources.items()}
        reached = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
        return {department: reached[home] for department, home in self.homes.items()}


async def _reading(url: str, timeout_ms: int) -> asyncpg.Connection[asyncpg.Record]:
    """A connection that only reads. JSON text comes as bytes and goes out as bytes: nothing is decoded in between."""
    settings = {**_SESSION, "statement_timeout": str(timeout_ms)}
    connection = await asyncpg.connect(url, max_cacheable_statement_size=_ANY_LENGTH, server_settings=settings)
    await connection.set_type_codec("text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary")
    return connection

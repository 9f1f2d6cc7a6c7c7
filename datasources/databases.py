"""The databases: which department lives where, the pools that statements run on, and what is no database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg

from datasources.pool import Pool, Unavailable
from datasources.sources.fetching import answers
from datasources.sources.source import Sources

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
}

# A merged statement is longer than the driver's usual 15 KB for what it keeps prepared.
_ANY_LENGTH = 0


@dataclass(frozen=True, slots=True)
class Database:
    """One PostgreSQL database with its pool."""

    url: str
    pool: Pool

    async def rows(self, sql: str, values: list[Any], deadline: float) -> list[asyncpg.Record]:
        """Run one statement. Raises Unavailable when it is not answered by `deadline`, a time of the running loop."""
        return await self.pool.fetch(sql, values, deadline)


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
        """Pools for the departments' addresses. Nothing is connected yet: a database may be down at the start."""
        databases = {
            url: Database(url, Pool(partial(_reading, url, timeout_ms), pool_size))
            for url in dict.fromkeys(addresses.values())
        }
        try:
            yield cls(dict(addresses), databases, sources)
        finally:
            for database in databases.values():
                database.pool.terminate()

    async def reachable(self, seconds: float = 1.0) -> dict[str, bool]:
        """Whether each department's database answers within so many seconds."""
        deadline = asyncio.get_running_loop().time() + seconds

        async def is_reached(home: str) -> bool:
            try:
                await self._databases[home].rows("SELECT 1", [], deadline)
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

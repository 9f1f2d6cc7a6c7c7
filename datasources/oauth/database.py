"""The authorization server's connection pool on core's database; it reads and writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg

from datasources.engine.pools.sessions import authorization_session, driver_pool

# Quoted, because asyncpg.Pool takes a parameter for type checkers only.
Pool: TypeAlias = "asyncpg.Pool[Any]"


class StoreUnavailable(Exception):
    """Raised when the database does not answer. The request is rejected without the cause."""


@asynccontextmanager
async def open_pool(address: str, timeout_ms: int = 2000, most: int = 4) -> AsyncIterator[Pool]:
    """Connections are opened on first use, because the database may be down at the start."""
    session = authorization_session(timeout_ms)
    async with driver_pool(address, session, size=most, seconds=timeout_ms / 1000) as pool:
        yield pool


async def fetch_rows(pool: Pool, statement: str, *values: Any) -> list[asyncpg.Record]:
    """Return the statement's rows. Raises StoreUnavailable if the database does not answer."""
    try:
        return await pool.fetch(statement, *values)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StoreUnavailable(type(error).__name__) from error

"""The authorization server's connection pool on core's database; it reads and writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
import orjson

# Quoted, because asyncpg.Pool takes a parameter for type checkers only.
Pool: TypeAlias = "asyncpg.Pool[Any]"


class StoreUnavailable(Exception):
    """Raised when the database does not answer. The request is rejected without the cause."""


@asynccontextmanager
async def open_pool(address: str, timeout_ms: int = 2000, most: int = 4) -> AsyncIterator[Pool]:
    """Connections are opened on first use, because the database may be down at the start."""
    settings = {"application_name": "customer360 oauth", "statement_timeout": str(timeout_ms), "timezone": "UTC"}
    pool = await asyncpg.create_pool(
        address,
        min_size=0,
        max_size=most,
        init=_register_json_codec,
        command_timeout=timeout_ms / 1000,
        server_settings=settings,
    )
    try:
        yield pool
    finally:
        pool.terminate()


async def fetch_rows(pool: Pool, statement: str, *values: Any) -> list[asyncpg.Record]:
    """Return the statement's rows. Raises StoreUnavailable if the database does not answer."""
    try:
        return await pool.fetch(statement, *values)
    except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise StoreUnavailable(type(error).__name__) from error


async def _register_json_codec(connection: asyncpg.Connection[Any]) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=lambda value: orjson.dumps(value).decode(), decoder=orjson.loads
    )

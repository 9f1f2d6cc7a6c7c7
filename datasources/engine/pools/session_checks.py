"""Checks at the start: PostgreSQL's version, and what a pooler on the way drops or breaks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from datasources.engine.pools.sessions import READ_SETTINGS, connect, plan_session

if TYPE_CHECKING:
    from datasources.engine.pools.sessions import Connection

# What a database role can be set to instead. Not to read-only, because core's role writes the access log.
SETTINGS_BY_ROLE = (
    "client_connection_check_interval",
    "jit",
    "max_parallel_workers_per_gather",
    "plan_cache_mode",
    "statement_timeout",
)

# The first major version that has JSON_SCALAR.
MIN_POSTGRESQL = 17

_REMEDY = "docs/scaling.md tells how to set it"
_TIMEOUT_MS = 10_000
_NO_TIMEOUT = ("statement_timeout", "0")
_READ_SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY($1) ORDER BY name"


class SessionError(ValueError):
    """The database, or a pooler before it, cannot serve our sessions. The message says why."""


async def lost_settings(url: str) -> list[str]:
    """The settings that a pooler drops on the way. Raises SessionError if no session would work at all."""
    async with _terminated(url) as first, _terminated(url) as second:
        _check_version(first)
        await _check_prepared_statements(first, second)
        rows = await first.fetch(_READ_SETTINGS, SETTINGS_BY_ROLE)
    found = {bytes(name).decode(): bytes(value).decode() for name, value in rows}
    # A role may have another time limit than ours, but it must have one.
    return [
        name for name, value in found.items() if value != READ_SETTINGS.get(name, value) or (name, value) == _NO_TIMEOUT
    ]


@asynccontextmanager
async def _terminated(url: str) -> AsyncIterator[Connection]:
    try:
        connection = await connect(url, plan_session(_TIMEOUT_MS))
    except asyncpg.ProtocolViolationError as error:
        raise SessionError(f"the pooler refuses connections: {error}. {_REMEDY}") from None
    try:
        yield connection
    finally:
        connection.terminate()


def _check_version(connection: Connection) -> None:
    version = connection.get_server_version()
    if version.major < MIN_POSTGRESQL:
        raise SessionError(f"it is PostgreSQL {version.major}, and {MIN_POSTGRESQL} or newer is needed")


async def _check_prepared_statements(ours: Connection, other: Connection) -> None:
    """A prepared statement must still exist when it is run, whatever ran in between."""
    try:
        prepared = await ours.prepare("SELECT 1")
        # A pooler of transactions hands out the server that came back first, or last: one of these orders moves ours.
        for one, then in ((ours, other), (other, ours)):
            async with one.transaction(), then.transaction():
                await prepared.fetchval()
    except (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError):
        message = f"the pooler forgets prepared statements: pool sessions, not transactions. {_REMEDY}"
        raise SessionError(message) from None

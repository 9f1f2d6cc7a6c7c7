"""Sessions: how each connection is set, and whether a pooler on the way to the database lets it be so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from datasources.engine.pools.packed import keep_packed

# What every connection is set to, whatever the role's own settings are. Reading is all that the pools do.
SETTINGS = {
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
# What a login can be set to instead. Not to read only: the access log is written by core's.
BY_LOGIN = (
    "client_connection_check_interval",
    "jit",
    "max_parallel_workers_per_gather",
    "plan_cache_mode",
    "statement_timeout",
)

# The first that writes JSON by JSON_SCALAR.
OLDEST = 17

_HOW = "docs/scaling.md tells how to set it"
# A merged statement is longer than the driver's usual 15 KB for what it keeps prepared.
_ANY_LENGTH = 0
# At the start nobody waits for an answer.
_PATIENT_MS = 10_000
_ENDLESS = ("statement_timeout", "0")
_SHOWN = "SELECT name, setting FROM pg_settings WHERE name = ANY($1) ORDER BY name"


class SessionError(ValueError):
    """What is at the address, or on the way to it, makes our sessions impossible. The message says what."""


async def reading(url: str, timeout_ms: int) -> asyncpg.Connection[asyncpg.Record]:
    """A connection that only reads. JSON text comes and goes out as bytes, ids and flags stay packed: nothing is
    decoded in between.
    """
    settings = {**SETTINGS, "statement_timeout": str(timeout_ms)}
    connection = await asyncpg.connect(url, max_cacheable_statement_size=_ANY_LENGTH, server_settings=settings)
    await connection.set_type_codec("text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary")
    keep_packed(connection)
    return connection


async def lost_settings(url: str) -> list[str]:
    """The settings that a pooler drops on the way. Raises SessionError if no session would work at all."""
    async with _opened(url) as first, _opened(url) as second:
        _check_version(first)
        await _check_statements(first, second)
        rows = await first.fetch(_SHOWN, BY_LOGIN)
    shown = {bytes(name).decode(): bytes(value).decode() for name, value in rows}
    # A login may have another time limit than ours: what matters is that there is one.
    return [name for name, value in shown.items() if value != SETTINGS.get(name, value) or (name, value) == _ENDLESS]


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    try:
        connection = await reading(url, _PATIENT_MS)
    except asyncpg.ProtocolViolationError as error:
        raise SessionError(f"the pooler refuses connections: {error}. {_HOW}") from None
    try:
        yield connection
    finally:
        connection.terminate()


def _check_version(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST:
        raise SessionError(f"it is PostgreSQL {version.major}, and {OLDEST} or newer is needed")


async def _check_statements(
    ours: asyncpg.Connection[asyncpg.Record], other: asyncpg.Connection[asyncpg.Record]
) -> None:
    """A statement that is prepared must be there when it is run, whoever was busy in between."""
    try:
        prepared = await ours.prepare("SELECT 1")
        # A pooler of transactions hands out the server that came back first, or last: one of these orders moves ours.
        for one, then in ((ours, other), (other, ours)):
            async with one.transaction(), then.transaction():
                await prepared.fetchval()
    except (asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError):
        raise SessionError(f"the pooler forgets prepared statements: pool sessions, not transactions. {_HOW}") from None

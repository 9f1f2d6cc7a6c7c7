"""Sessions: the settings of each kind of connection, and the one place that opens connections to PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from datasources.engine.pools.calendar import keep_dates
from datasources.engine.pools.packed import keep_packed

if TYPE_CHECKING:
    Connection = asyncpg.Connection[Any]

# The driver's default, in bytes: it keeps no longer statement prepared.
_DRIVER_MAX_PREPARED = 15 * 1024
_UNLIMITED = 0


async def _leave_as_is(connection: Connection) -> None:
    """Most sessions need no more than their settings."""


@dataclass(frozen=True, slots=True)
class Session:
    """How connections of one use are set. `prepare` runs once on each. All keep dates exactly and are in UTC."""

    application_name: str = "customer360"
    settings: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[Connection], Coroutine[Any, Any, None]] = _leave_as_is
    max_prepared_bytes: int = _DRIVER_MAX_PREPARED

    @property
    def server_settings(self) -> dict[str, str]:
        return {"application_name": self.application_name, "timezone": "UTC", **self.settings}


class ReadSession(Session):
    """A session in which every transaction is read-only."""


class WriteSession(Session):
    """A session that may write."""


READ_SETTINGS = {
    "default_transaction_read_only": "on",
    "datestyle": "ISO",
    "jit": "off",
    # Otherwise the first runs of a statement on each connection are planned anew, at five times the cost.
    "plan_cache_mode": "force_generic_plan",
    # A list that goes wrong takes one core, not three.
    "max_parallel_workers_per_gather": "0",
    # In milliseconds: PostgreSQL ends a statement whose connection was cut off, also when the process was killed.
    "client_connection_check_interval": "50",
}


async def _keep_bytes(connection: Connection) -> None:
    await connection.set_type_codec("text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary")
    keep_packed(connection)


async def _keep_packed(connection: Connection) -> None:
    keep_packed(connection)


async def _decode_json(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=lambda value: orjson.dumps(value).decode(), decoder=orjson.loads
    )


def plan_session(timeout_ms: int) -> ReadSession:
    """For compiled plans. JSON text comes as bytes, ids and flags stay packed: nothing is decoded in between.

    The driver keeps statements of any length prepared, because a fused one is longer than its default allows.
    """
    settings = {**READ_SETTINGS, "statement_timeout": str(timeout_ms)}
    return ReadSession(settings=settings, prepare=_keep_bytes, max_prepared_bytes=_UNLIMITED)


def log_session(timeout_ms: int) -> WriteSession:
    """For the access log. With its short arrays, a custom plan would cost as much as running the statement."""
    settings = {"statement_timeout": str(timeout_ms), "plan_cache_mode": "force_generic_plan"}
    return WriteSession("customer360 log", settings, _keep_packed)


def bucket_session(prepare: Callable[[Connection], Coroutine[Any, Any, None]]) -> WriteSession:
    """For token buckets. A commit does not wait for the disk, because a bucket that is lost counts as full."""
    return WriteSession("customer360 rates", {"synchronous_commit": "off"}, prepare)


def authorization_session(timeout_ms: int) -> WriteSession:
    """For the authorization server's store."""
    return WriteSession("customer360 oauth", {"statement_timeout": str(timeout_ms)}, _decode_json)


def job_session() -> WriteSession:
    """For the queue of jobs."""
    return WriteSession("customer360 jobs", prepare=_decode_json)


def event_session() -> WriteSession:
    """For leaders of departments' events, and for what rebuilds and verifies read models."""
    return WriteSession("customer360 events", {"jit": "off"})


# For migrations, imports, sample data and the ledger's commands.
MAINTENANCE = WriteSession()


async def prepare(connection: Connection, session: Session) -> None:
    keep_dates(connection)
    await session.prepare(connection)


async def connect(url: str, session: Session = MAINTENANCE) -> Connection:
    connection = await asyncpg.connect(
        url, max_cacheable_statement_size=session.max_prepared_bytes, server_settings=session.server_settings
    )
    await prepare(connection, session)
    return connection


@asynccontextmanager
async def connected(url: str, session: Session = MAINTENANCE) -> AsyncIterator[Connection]:
    """A connection that is closed at the end."""
    connection = await connect(url, session)
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def driver_pool(url: str, session: WriteSession, size: int, seconds: float) -> AsyncIterator[asyncpg.Pool[Any]]:
    """The driver's own pool, for work off the hot path. Nothing is connected yet: the database may be down."""
    pool = await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        init=partial(prepare, session=session),
        command_timeout=seconds,
        server_settings=session.server_settings,
    )
    try:
        yield pool
    finally:
        pool.terminate()

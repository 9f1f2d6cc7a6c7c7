"""The access log in core's database: records of one moment share a transaction, and each waits for its commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import orjson

from auth.access_log import AccessRecord, LogUnavailable
from datasources.databases import keep

_STORE = """
INSERT INTO core.access_record
    (request_id, viewer, viewer_class, client, purpose, policy_version, dry_run_by, subjects, disclosure)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_REMEMBER = "INSERT INTO core.disclosure (digest, coordinates) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING"
_MOST_AT_ONCE = 500

Waiting = tuple[AccessRecord, asyncio.Future[None]]


class CoreAccessLog:
    """Writes records in groups: whatever has come while one group was being stored makes the next."""

    def __init__(self, pool: asyncpg.Pool[Any], seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds
        self._waiting: list[Waiting] = []
        self._arrived = asyncio.Event()
        self._known: set[bytes] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str, timeout_ms: int = 2000) -> AsyncIterator[CoreAccessLog]:
        pool = await asyncpg.create_pool(
            address,
            min_size=0,
            max_size=1,
            reset=keep,
            server_settings={"statement_timeout": str(timeout_ms), "timezone": "UTC"},
        )
        log = cls(pool, timeout_ms / 1000)
        writing = asyncio.create_task(log._write(), name="access log")
        try:
            yield log
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
            pool.terminate()

    async def store(self, record: AccessRecord) -> None:
        """Returns when the record is durable. Raises LogUnavailable when it is not in time."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((record, done))
        self._arrived.set()
        try:
            async with asyncio.timeout(self._seconds):
                await done
        except TimeoutError as error:
            raise LogUnavailable from error

    async def _write(self) -> None:
        while True:
            await self._arrived.wait()
            group, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            if not self._waiting:
                self._arrived.clear()
            await self._store(group)

    async def _store(self, group: list[Waiting]) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._commit([record for record, _ in group])
        except (TimeoutError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _settle(group, LogUnavailable(type(error).__name__))
        except asyncio.CancelledError:
            _settle(group, LogUnavailable("closed"))
            raise
        else:
            _settle(group, None)

    async def _commit(self, records: list[AccessRecord]) -> None:
        new = {record.disclosure.digest: record.disclosure for record in records}
        unknown = [each for digest, each in new.items() if digest not in self._known]
        for each in unknown:
            await self._pool.execute(_REMEMBER, each.digest, orjson.dumps(each.coordinates).decode())
        # One transaction, one round trip and one wait for the disk, however many records.
        await self._pool.executemany(_STORE, [_row(record) for record in records])
        self._known.update(new)


def _row(record: AccessRecord) -> tuple[Any, ...]:
    return (
        record.request_id,
        record.viewer,
        record.viewer_class,
        record.client,
        record.purpose,
        record.policy_version,
        record.dry_run_by,
        record.subjects,
        record.disclosure.digest,
    )


def _settle(group: list[Waiting], error: LogUnavailable | None) -> None:
    for _, done in group:
        if done.done():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

"""The access log in core's database: records of one moment share a transaction, and each waits for its commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
import orjson

from auth.access_log import AccessRecord, LogUnavailable
from datasources.pool import Pool
from datasources.unavailable import Unavailable

_STORE = """
INSERT INTO core.access_record
    (request_id, viewer, viewer_class, client, purpose, policy_version, dry_run_by, subjects, disclosure)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_REMEMBER = "INSERT INTO core.disclosure (digest, coordinates) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING"
_MOST_AT_ONCE = 500
_MOST_KNOWN = 10_000

Waiting = tuple[AccessRecord, asyncio.Future[None]]


class CoreAccessLog:
    """Writes records in groups: whatever has come while one group waited for the disk makes the next.

    A second writer would halve the groups, and cost each record a fifth more.
    """

    def __init__(self, pool: Pool, seconds: float) -> None:
        self._pool = pool
        self._seconds = seconds
        self._waiting: list[Waiting] = []
        self._arrived = asyncio.Event()
        self._known: set[bytes] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str, timeout_ms: int = 2000) -> AsyncIterator[CoreAccessLog]:
        pool = Pool(partial(_writing, address, timeout_ms), size=1)
        log = cls(pool, timeout_ms / 1000)
        writer = asyncio.create_task(log._write(), name="access log")
        try:
            yield log
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            pool.terminate()

    async def store(self, record: AccessRecord, deadline: float) -> None:
        """Returns when the record is durable. Raises LogUnavailable when it is not by the deadline."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        alarm = loop.call_at(deadline, _settle, [(record, done)], LogUnavailable("late"))
        self._waiting.append((record, done))
        self._arrived.set()
        try:
            await done
        finally:
            alarm.cancel()

    async def _write(self) -> None:
        while True:
            await self._arrived.wait()
            group, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            if not self._waiting:
                self._arrived.clear()
            if group:
                await self._store(group)

    async def _store(self, group: list[Waiting]) -> None:
        try:
            await self._commit([record for record, _ in group])
        except Unavailable as error:
            _settle(group, LogUnavailable(str(error)))
        except asyncio.CancelledError:
            _settle(group, LogUnavailable("closed"))
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, those who wait are told, and the writer goes on
            _settle(group, LogUnavailable(type(error).__name__))
        else:
            _settle(group, None)

    async def _commit(self, records: list[AccessRecord]) -> None:
        new = {record.disclosure.digest: record.disclosure for record in records}
        unknown = [each for digest, each in new.items() if digest not in self._known]
        deadline = asyncio.get_running_loop().time() + self._seconds
        async with self._pool.connection(deadline) as connection:
            for each in unknown:
                await connection.execute(_REMEMBER, each.digest, orjson.dumps(each.coordinates).decode())
            # One transaction, one round trip and one wait for the disk, however many records.
            await connection.executemany(_STORE, [_row(record) for record in records])
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        self._known.update(new)


async def _writing(address: str, timeout_ms: int) -> asyncpg.Connection[asyncpg.Record]:
    settings = {"application_name": "customer360 log", "statement_timeout": str(timeout_ms), "timezone": "UTC"}
    return await asyncpg.connect(address, server_settings=settings)


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

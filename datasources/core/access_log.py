"""The access log in core's database, with group commit: concurrent records share one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import orjson

from auth.access_log import AccessRecord, LogUnavailable
from datasources.core.access_index import SECONDS_TO_CATCH_UP, AccessIndex
from datasources.engine.pools.packed import concatenate
from datasources.engine.pools.pool import WritePool
from datasources.engine.pools.sessions import log_session
from datasources.engine.pools.timers import EARLY
from datasources.unavailable import Unavailable

# The records of a group have few distinct viewers and disclosures, so each distinct combination is sent once. The
# subjects of all records are one array and their flags another; each record has a slice of both.
_STORE = """
INSERT INTO core.access_record
    (request_id, subjects, flags, viewer, viewer_class, client, purpose, policy_version, dry_run_by, disclosure)
SELECT request_id, ($5::uuid[])[first:last], ($6::int[])[first:last], ($7::text[])[alike], ($8::text[])[alike],
    ($9::text[])[alike], ($10::text[])[alike], ($11::text[])[alike], ($12::text[])[alike], ($13::bytea[])[alike]
FROM unnest($1::text[], $2::int[], $3::int[], $4::int[]) AS record (request_id, first, last, alike)
"""
_STORE_DISCLOSURE = "INSERT INTO core.disclosure (digest, coordinates) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING"
_MAX_RECORDS_PER_GROUP = 500
_MAX_KNOWN_DISCLOSURES = 10_000


class PendingRecord(NamedTuple):
    """A record to be stored, with its future and deadline (loop time)."""

    record: AccessRecord
    done: asyncio.Future[None]
    deadline: float


class CoreAccessLog:
    """Writer of access records. Records that arrive while one group commits form the next group.

    One writer only: a second one would halve the groups and cost each record a fifth more.
    """

    def __init__(self, pool: WritePool, seconds: float, index: AccessIndex) -> None:
        self._pool = pool
        self.index = index
        self._seconds = seconds
        self._pending: list[PendingRecord] = []
        # The group being committed.
        self._group: list[PendingRecord] = []
        self._alarm: asyncio.TimerHandle | None = None
        self._arrived = asyncio.Event()
        self._stored_digests: set[bytes] = set()

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str, timeout_ms: int = 2000) -> AsyncIterator[CoreAccessLog]:
        pool = WritePool(address, log_session(timeout_ms), size=1)
        beside = WritePool(address, log_session(int(SECONDS_TO_CATCH_UP * 1000)), size=1)
        log = cls(pool, timeout_ms / 1000, AccessIndex(beside))
        tasks = [asyncio.create_task(each, name="access log") for each in (log._write(), log.index.keep_up())]
        try:
            yield log
        finally:
            for task in tasks:
                task.cancel()
            if log._alarm is not None:
                log._alarm.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            pool.terminate()
            beside.terminate()

    async def store(self, record: AccessRecord, deadline: float) -> None:
        """Return when the record is durable. Raises LogUnavailable if it is not by the deadline."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._pending.append(PendingRecord(record, done, deadline))
        if self._alarm is None or deadline < self._alarm.when():
            self._set_alarm(deadline, loop)
        self._arrived.set()
        await done

    def _set_alarm(self, deadline: float, loop: asyncio.AbstractEventLoop) -> None:
        """Set one timer for the earliest deadline, because nearly every record is stored long before its own."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = loop.call_at(deadline, self._expire, loop)

    def _expire(self, loop: asyncio.AbstractEventLoop) -> None:
        self._alarm = None
        now = loop.time() + EARLY
        unsettled = [each for each in (*self._group, *self._pending) if not each.done.done()]
        _settle([each for each in unsettled if each.deadline <= now], LogUnavailable("late"))
        later = [each.deadline for each in unsettled if each.deadline > now]
        if later:
            self._set_alarm(min(later), loop)

    async def _write(self) -> None:
        while True:
            await self._arrived.wait()
            self._group, self._pending = self._pending[:_MAX_RECORDS_PER_GROUP], self._pending[_MAX_RECORDS_PER_GROUP:]
            if not self._pending:
                self._arrived.clear()
            if self._group:
                await self._store(self._group)

    async def _store(self, group: list[PendingRecord]) -> None:
        try:
            await self._commit([each.record for each in group])
        except Unavailable as error:
            _settle(group, LogUnavailable(str(error)))
        except asyncio.CancelledError:
            _settle(group, LogUnavailable("closed"))
            raise
        except Exception as error:  # noqa: BLE001 - any fault fails the group's requests, and the writer goes on
            _settle(group, LogUnavailable(type(error).__name__))
        else:
            _settle(group, None)

    async def _commit(self, records: list[AccessRecord]) -> None:
        new = {record.disclosure.digest: record.disclosure for record in records}
        unknown = [each for digest, each in new.items() if digest not in self._stored_digests]
        deadline = asyncio.get_running_loop().time() + self._seconds
        async with self._pool.connection(deadline) as connection:
            for each in unknown:
                await connection.execute(_STORE_DISCLOSURE, each.digest, orjson.dumps(each.coordinates).decode())
            # One statement for all records, so one transaction and one flush to disk.
            await connection.fetch(_STORE, *_columns(records))
        self.index.note_stored()
        if len(self._stored_digests) > _MAX_KNOWN_DISCLOSURES:
            self._stored_digests.clear()
        self._stored_digests.update(new)


def _columns(records: list[AccessRecord]) -> list[Sequence[Any]]:
    """Return the parameters of _STORE: lists by column, all subjects, and the distinct shared values."""
    alike: dict[tuple[str | bytes | None, ...], int] = {}
    firsts, lasts, last = [], [], 0
    for record in records:
        firsts.append(last + 1)
        last += len(record.subjects)
        lasts.append(last)
    return [
        [record.request_id for record in records],
        firsts,
        lasts,
        [alike.setdefault(_shared_values(record), len(alike) + 1) for record in records],
        concatenate([record.subjects for record in records]),
        concatenate([record.flags for record in records]),
        *map(list, zip(*alike, strict=True)),
    ]


def _shared_values(record: AccessRecord) -> tuple[str | bytes | None, ...]:
    return (
        record.viewer,
        record.viewer_class,
        record.client,
        record.purpose,
        record.policy_version,
        record.dry_run_by,
        record.disclosure.digest,
    )


def _settle(group: list[PendingRecord], error: LogUnavailable | None) -> None:
    for each in group:
        if each.done.done():
            continue
        if error is None:
            each.done.set_result(None)
        else:
            each.done.set_exception(error)

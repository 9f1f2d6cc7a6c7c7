"""The job queue: each job is done at least once, or becomes a dead letter after its last attempt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from datasources.engine.pools.sessions import driver_pool, job_session
from datasources.jobs import statements
from datasources.jobs.cron import Cron

MAX_ATTEMPTS = 10
SECONDS_TO_ANSWER = 10.0


@dataclass(frozen=True, slots=True)
class Job:
    """A leased job. `attempts` counts this attempt too."""

    id: int
    kind: str
    arguments: Mapping[str, Any]
    attempts: int
    max_attempts: int
    lease: UUID


class JobQueue:
    """Jobs and their schedules. Several processes may use it at once; none is given a job that another holds.

    Any method raises one of `BROKEN` (datasources/unavailable.py) when core's database does not answer.
    """

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str, size: int = 4) -> AsyncIterator[JobQueue]:
        """Connects when first used, since core may be down at the start."""
        async with driver_pool(address, job_session(), size=size, seconds=SECONDS_TO_ANSWER) as pool:
            yield cls(pool)

    async def add(
        self,
        kind: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        max_attempts: int = MAX_ATTEMPTS,
        due_at: datetime | None = None,
    ) -> int | None:
        """Add a job and return its id; None if a live job of this kind has the same key."""
        added: int | None = await self._pool.fetchval(
            statements.ADD, kind, dict(arguments or {}), key, max_attempts, due_at
        )
        return added

    async def lease(self, kinds: list[str], seconds: float) -> Job | None:
        """Take the job that has been due longest, for so long; None if none is due."""
        row = await self._pool.fetchrow(statements.LEASE, kinds, seconds)
        return None if row is None else Job(**row)

    async def extend(self, job: Job, seconds: float) -> bool:
        """Hold the job for so long from now on. False if the lease has passed to another worker."""
        return await self._pool.fetchval(statements.EXTEND, job.id, job.lease, seconds) is not None

    async def complete(self, job: Job) -> bool:
        return await self._pool.fetchval(statements.COMPLETE, job.id, job.lease) is not None

    async def release(self, job: Job) -> None:
        """Give the job back untried: the worker ends in order."""
        await self._pool.execute(statements.RELEASE, job.id, job.lease)

    async def fail(self, job: Job, failure: str, backoff_unit: float = 1.0) -> None:
        """Try it again later, after units of 2, 4, 8 ... seconds; after its last attempt it is a dead letter."""
        await self._pool.execute(statements.FAIL, job.id, job.lease, failure, backoff_unit)

    async def bury(self) -> list[int]:
        """Make dead letters of jobs whose last attempt never ended; returns their ids."""
        return [row["id"] for row in await self._pool.fetch(statements.BURY)]

    async def rows(self, *, dead_only: bool = False) -> list[dict[str, Any]]:
        return [dict(row) for row in await self._pool.fetch(statements.LIST, dead_only)]

    async def retry(self, id_: int | None = None) -> list[int]:
        """Give a dead letter all its attempts anew, or all dead letters; returns the ids of those revived."""
        return [row["id"] for row in await self._pool.fetch(statements.RETRY, id_)]

    async def forget_dead(self, days: int) -> None:
        await self._pool.execute(statements.FORGET_DEAD, days)

    async def register(self, schedules: Mapping[str, Cron]) -> None:
        now = await self._pool.fetchval(statements.NOW)
        for kind, cron in schedules.items():
            await self._pool.execute(statements.REGISTER, kind, cron.next_after(now))

    async def start_scheduled(self, schedules: Mapping[str, Cron]) -> None:
        """Add a job for each schedule that is due."""
        for kind, due_at, now in await self._pool.fetch(statements.DUE, list(schedules)):
            following = schedules[kind].next_after(now)
            await self._pool.execute(statements.START_SCHEDULED, kind, due_at, following, MAX_ATTEMPTS)

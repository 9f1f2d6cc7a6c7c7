"""Runs jobs from the queue, several at once, until it is told to stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from datasources.jobs.cron import Cron
from datasources.jobs.queue import Job, JobQueue
from datasources.unavailable import BROKEN

log = logging.getLogger("customer360.jobs")

# Does the work of one kind. It may run more than once, so it has to be idempotent.
Handler = Callable[[Mapping[str, Any]], Awaitable[None]]

# After a worker is killed, this long until another takes its job.
LEASE_SECONDS = 60.0
IDLE_SECONDS = 1.0
# How long jobs may go on after the process is told to end; then they are given back.
SECONDS_TO_FINISH = 10.0


class JobRunner:
    """Leases jobs of the kinds that have a handler, and starts what the schedules say."""

    def __init__(
        self,
        queue: JobQueue,
        handlers: Mapping[str, Handler],
        schedules: Mapping[str, Cron],
        *,
        places: int = 2,
        lease_seconds: float = LEASE_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
        backoff_unit: float = 1.0,
    ) -> None:
        self._queue, self._handlers, self._schedules = queue, handlers, schedules
        self._places, self._lease_seconds, self._idle_seconds = places, lease_seconds, idle_seconds
        self._backoff_unit = backoff_unit
        self._is_unanswered = self._is_registered = False

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; returns when the jobs that run then have ended or are given back."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._places):
                group.create_task(self._run_one_after_the_other(stop))

    async def _run_one_after_the_other(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                was_idle = not await self._turn(stop)
                self._is_unanswered = False
            except BROKEN as error:
                was_idle = True
                if not self._is_unanswered:
                    log.warning("the job queue does not answer: %s", type(error).__name__)
                self._is_unanswered = True
            if was_idle:
                await _sleep(self._idle_seconds, stop)

    async def _turn(self, stop: asyncio.Event) -> bool:
        """Do one job. False if none was due."""
        if not self._is_registered:
            await self._queue.register(self._schedules)
            self._is_registered = True
        await self._queue.start_scheduled(self._schedules)
        for id_ in await self._queue.bury():
            log.error("job %d is a dead letter: its worker did not survive it", id_)
        job = await self._queue.lease(list(self._handlers), self._lease_seconds)
        if job is not None:
            await self._do(job, stop)
        return job is not None

    async def _do(self, job: Job, stop: asyncio.Event) -> None:
        work = asyncio.ensure_future(self._handlers[job.kind](job.arguments))
        keeping = asyncio.create_task(self._keep_lease(job, work))
        ending = asyncio.create_task(_cancel_after(stop, work))
        try:
            await asyncio.wait([work])
        finally:
            work.cancel()
            keeping.cancel()
            ending.cancel()
        await self._settle(job, work, is_ending=stop.is_set())

    async def _settle(self, job: Job, work: "asyncio.Future[None]", *, is_ending: bool) -> None:
        if work.cancelled():
            if is_ending:
                await self._queue.release(job)
            return
        error = work.exception()
        if error is None:
            await self._queue.complete(job)
            return
        # The text of an error may quote personal data; its type and the job's id are enough to find it.
        log.error("job %d (%s) failed, attempt %d: %s", job.id, job.kind, job.attempts, type(error).__name__)
        await self._queue.fail(job, type(error).__name__, self._backoff_unit)

    async def _keep_lease(self, job: Job, work: "asyncio.Future[None]") -> None:
        """Extend the lease while the work goes on. When it is lost, another worker has the job: stop."""
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            try:
                is_ours = await self._queue.extend(job, self._lease_seconds)
            except BROKEN:
                continue
            if not is_ours:
                log.warning("the lease of job %d (%s) was lost", job.id, job.kind)
                work.cancel()
                return


async def _cancel_after(stop: asyncio.Event, work: "asyncio.Future[None]") -> None:
    await stop.wait()
    await asyncio.sleep(SECONDS_TO_FINISH)
    work.cancel()


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass

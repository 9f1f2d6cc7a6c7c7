"""Leads the departments of one database: takes their events as they come, unless another process leads it."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from asyncpg import PostgresError

from datasources.engine.pools.sessions import connected, event_session
from datasources.events import statements
from datasources.events.batches import Queue, take_batch
from datasources.events.registry import EVENTS
from datasources.unavailable import BROKEN

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[Any]

log = logging.getLogger("customer360.events")

SECONDS_BETWEEN_POLLS = 0.025
# How soon another process leads after the one that led has ended.
SECONDS_BETWEEN_TRIES = 1.0
MAX_SECONDS_TO_RECONNECT = 30.0
SECONDS_TO_REST = 10.0


async def lead_all(addresses: Mapping[str, str], stop: asyncio.Event) -> None:
    """Lead every department that has an address and records events, until `stop` is set."""
    by_address: dict[str, list[str]] = defaultdict(list)
    for department, address in addresses.items():
        if department in EVENTS:
            by_address[address].append(department)
    async with asyncio.TaskGroup() as group:
        for address, departments in by_address.items():
            group.create_task(Leader(addresses["core"], address, departments).run(stop))


class Leader:
    """Leads those departments of a database that no other process leads."""

    def __init__(self, core: str, address: str, departments: list[str]) -> None:
        self._core, self._address, self._departments = core, address, departments
        self._led: dict[str, Queue] = {}
        self._rests_until: dict[str, float] = {}
        self._tried_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set. A database that does not answer is asked again, less and less often."""
        seconds, reported = SECONDS_BETWEEN_TRIES, ""
        while not stop.is_set():
            began = monotonic()
            try:
                async with self._connected() as (source, core):
                    await self._take_until(stop, source, core)
            except BROKEN as error:
                was_well = monotonic() - began > MAX_SECONDS_TO_RECONNECT
                seconds = SECONDS_BETWEEN_TRIES if was_well else min(2 * seconds, MAX_SECONDS_TO_RECONNECT)
                # Once, until it goes well for a while or another error occurs.
                if was_well or type(error).__name__ != reported:
                    log.warning("the events of %s wait: %s", ", ".join(self._departments), type(error).__name__)
                reported = type(error).__name__
                await _wait(seconds, stop)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[Connection, Connection]]:
        """The department's database and core. Fused, both are the connection that holds the locks of leadership."""
        async with connected(self._core, event_session()) as core:
            if self._address == self._core:
                yield core, core
            else:
                async with connected(self._address, event_session()) as source:
                    yield source, core

    async def _take_until(self, stop: asyncio.Event, source: Connection, core: Connection) -> None:
        self._led, self._tried_at = {}, 0.0
        while not stop.is_set():
            await self._try_to_lead(source, core)
            if not await self._take_waiting(source):
                await _wait(SECONDS_BETWEEN_POLLS if self._led else SECONDS_BETWEEN_TRIES, stop)

    async def _try_to_lead(self, source: Connection, core: Connection) -> None:
        others = [department for department in self._departments if department not in self._led]
        if not others or monotonic() - self._tried_at < SECONDS_BETWEEN_TRIES:
            return
        self._tried_at = monotonic()
        for department in others:
            if await core.fetchval(statements.TRY_TO_LEAD, department):
                self._led[department] = Queue(department, source, core)

    async def _take_waiting(self, source: Connection) -> bool:
        """One batch of each queue that is not empty. False if all are."""
        awake = [department for department in self._led if monotonic() >= self._rests_until.get(department, 0.0)]
        if not awake:
            return False
        waiting = await source.fetch(statements.waiting_departments(awake))
        for (department,) in waiting:
            await self._take_batch(self._led[department])
        return bool(waiting)

    async def _take_batch(self, queue: Queue) -> None:
        """A batch that fails rests its department; the others of the same database go on."""
        try:
            await take_batch(queue)
        except PostgresError as error:
            if queue.core.is_closed() or queue.source.is_closed():
                raise
            log.error("events of %s cannot be applied: %s", queue.department, type(error).__name__)
            self._rests_until[queue.department] = monotonic() + SECONDS_TO_REST


async def _wait(seconds: float, stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass

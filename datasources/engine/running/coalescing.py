"""Coalescing: concurrent requests for the same statement share one run of it.

Most of the cost of a short statement, in PostgreSQL and in the driver, is per run. Requests of one turn of the event
loop form a group. Requests that arrive while a run is under way form the next group, which starts when that run
returns, when it is full, or after `SECONDS_TO_GATHER`, so that a slow run delays no other.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from datasources.engine.pools.timers import EARLY
from datasources.engine.running.statement import RequestValues, Statement
from datasources.unavailable import Crowded, Resting, Unavailable

SECONDS_TO_GATHER = 0.002
# After a shared run failed, it is not known whose values were at fault: for this time the statement is not shared.
SECONDS_UNSHARED = 10.0
# The failure of a run that had less time than this does not count against sharing.
MIN_SECONDS_TO_COUNT = 0.1
_MAX_UNSHARED_STATEMENTS = 1_000

Rows = Sequence[Any]
# None if the shared run failed and the request has to run alone.
Answered = asyncio.Future[Rows | None]


class Runs(Protocol):
    """What runs statements: a database."""

    async def rows(self, sql: str, values: list[Any], deadline: float) -> Rows: ...


@dataclass(slots=True)
class Group:
    """Requests that share a run. The run goes on until the last of them is cancelled."""

    loop: asyncio.AbstractEventLoop
    departure: asyncio.Handle
    requests: list[RequestValues] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    deadline: float = float("inf")
    run: asyncio.Task[None] | None = None

    def join(self, request: RequestValues, deadline: float) -> Answered:
        future: Answered = self.loop.create_future()
        self.requests.append(request)
        self.answered.append(future)
        self.deadline = min(self.deadline, deadline)
        return future

    def cancel_if_unused(self) -> None:
        """Cancel the run, and with it the query in PostgreSQL, when no request waits for it."""
        if self.run is not None and all(each.done() for each in self.answered):
            self.run.cancel()

    def answer(self, rows: Sequence[Rows | None]) -> None:
        for future, its in zip(self.answered, rows, strict=True):
            if not future.done():
                future.set_result(its)

    def fail(self, error: BaseException) -> None:
        for future in self.answered:
            if not future.done():
                future.set_exception(error)


@dataclass(slots=True)
class Line:
    """Runs of one statement: how many are under way, and the group that gathers for the next."""

    under_way: int = 0
    gathering: Group | None = None


class Coalescer:
    """Runs the statements of all requests to one database. Deadlines are times of the running loop."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._lines: dict[Hashable, Line] = {}
        self._unshared: OrderedDict[str, float] = OrderedDict()
        # Since the start.
        self.request_count = self.run_count = 0

    async def rows(self, statement: Statement, request: RequestValues, deadline: float) -> Rows:
        """The request's rows. Raises Unavailable when they are not there by the deadline."""
        self.request_count += 1
        if not statement.can_be_shared or (self._unshared and self._is_unshared(statement.sql)):
            return await self._run_alone(statement, request, deadline)
        group = self._group(statement, (statement.sql, request.common))
        answered = group.join(request, deadline)
        if len(group.requests) == statement.max_requests:
            self._depart(statement, (statement.sql, request.common))
        try:
            rows = await answered
        except asyncio.CancelledError:
            group.cancel_if_unused()
            raise
        return await self._run_alone(statement, request, deadline) if rows is None else rows

    async def _run_alone(self, statement: Statement, request: RequestValues, deadline: float) -> Rows:
        self.run_count += 1
        rows = await self._runs.rows(statement.sql, statement.merge_values([request]), deadline)
        return statement.divide_rows(rows, [request])[0]

    def _group(self, statement: Statement, key: Hashable) -> Group:
        """The group that gathers now."""
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line()
        if line.gathering is None:
            loop = asyncio.get_running_loop()
            if line.under_way:
                departure: asyncio.Handle = loop.call_later(SECONDS_TO_GATHER, self._depart, statement, key)
            else:
                departure = loop.call_soon(self._depart, statement, key)
            line.gathering = Group(loop, departure)
        return line.gathering

    def _depart(self, statement: Statement, key: Hashable) -> None:
        line = self._lines[key]
        group, line.gathering = line.gathering, None
        assert group is not None
        group.departure.cancel()
        line.under_way += 1
        self.run_count += 1
        group.run = group.loop.create_task(self._run(statement, group), name="run")
        # A callback, because a run that is cancelled before it begins executes none of its own code.
        group.run.add_done_callback(lambda _: self._finish(statement, key))
        # All of its requests may have been cancelled while they gathered.
        group.cancel_if_unused()

    async def _run(self, statement: Statement, group: Group) -> None:
        began = group.loop.time()
        until = _shared_deadline(group, began)
        try:
            rows = await self._rows(statement, group, until)
            group.answer(statement.divide_rows(rows, group.requests))
        except asyncio.CancelledError:
            # Usually because no request is left; whatever the cause, none may wait for ever.
            group.answer([None] * len(group.requests))
            raise
        except Exception as error:  # noqa: BLE001 - each request runs alone, and so gets the error of its own values
            # If the database is crowded or resting, more runs would not help.
            if len(group.requests) == 1 or isinstance(error, Crowded | Resting):
                group.fail(error)
                return
            if isinstance(error, Unavailable) and until - began >= MIN_SECONDS_TO_COUNT:
                self._stop_sharing(statement.sql)
            group.answer([None] * len(group.requests))

    async def _rows(self, statement: Statement, group: Group, until: float) -> Rows:
        values = statement.merge_values(group.requests)
        try:
            return await self._runs.rows(statement.sql, values, until)
        except Crowded:
            # A run that timed out in the queue may use the rest of its requests' deadline. One that was rejected
            # because the queue was full is not retried.
            if group.loop.time() < until - EARLY or until == group.deadline:
                raise
            return await self._runs.rows(statement.sql, values, group.deadline)

    def _finish(self, statement: Statement, key: Hashable) -> None:
        line = self._lines[key]
        line.under_way -= 1
        if line.gathering is not None:
            self._depart(statement, key)
        elif not line.under_way:
            del self._lines[key]

    def _is_unshared(self, sql: str) -> bool:
        until = self._unshared.get(sql)
        return until is not None and asyncio.get_running_loop().time() < until

    def _stop_sharing(self, sql: str) -> None:
        self._unshared[sql] = asyncio.get_running_loop().time() + SECONDS_UNSHARED
        self._unshared.move_to_end(sql)
        if len(self._unshared) > _MAX_UNSHARED_STATEMENTS:
            self._unshared.popitem(last=False)


def _shared_deadline(group: Group, now: float) -> float:
    """Half of the time left to the request with the least: in the other half, each can still run alone."""
    if len(group.requests) == 1:
        return group.deadline
    return now + (group.deadline - now) / 2

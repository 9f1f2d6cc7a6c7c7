"""Coalescing: askers who need the same statement at the same time share one run of it.

Most of what a short statement costs, PostgreSQL and the driver alike, it costs once for each run. Those who come at one
moment of the loop go together. Those who come while a run is under way gather, and go when it returns, when they are
enough, or when the first of them has waited long enough for company: so a slow statement holds nobody up.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from datasources.engine.pools.timers import EARLY
from datasources.engine.running.statement import Asked, Statement
from datasources.unavailable import Crowded, Resting, Unavailable

SECONDS_TO_GATHER = 0.002
# After a shared run failed, whose fault it was is not known: for so long everybody goes by themselves.
SECONDS_APART = 10.0
# A run that had less time than this says nothing of the statement by failing.
SECONDS_FAIR = 0.1
_MOST_APART = 1_000

Rows = Sequence[Any]
# None where the shared run failed, and each has to ask by themselves.
Answered = asyncio.Future[Rows | None]


class Runs(Protocol):
    """What runs statements: a database."""

    async def rows(self, sql: str, values: list[Any], deadline: float) -> Rows: ...


@dataclass(slots=True)
class Group:
    """Askers who go together. The run is theirs until the last of them has left."""

    loop: asyncio.AbstractEventLoop
    departure: asyncio.Handle
    askers: list[Asked] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    deadline: float = float("inf")
    run: asyncio.Task[None] | None = None

    def join(self, asked: Asked, deadline: float) -> Answered:
        future: Answered = self.loop.create_future()
        self.askers.append(asked)
        self.answered.append(future)
        self.deadline = min(self.deadline, deadline)
        return future

    def left(self) -> None:
        """One of them has gone. What nobody waits for ends here and in PostgreSQL."""
        if self.run is not None and all(each.done() for each in self.answered):
            self.run.cancel()

    def tell(self, rows: Sequence[Rows | None]) -> None:
        for future, its in zip(self.answered, rows, strict=True):
            if not future.done():
                future.set_result(its)

    def fail(self, error: BaseException) -> None:
        for future in self.answered:
            if not future.done():
                future.set_exception(error)


@dataclass(slots=True)
class Line:
    """Runs of one statement: how many are under way, and who gathers for the next."""

    under_way: int = 0
    gathering: Group | None = None


class Coalescer:
    """Runs statements for all who ask one database. Deadlines are times of the running loop."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._lines: dict[Hashable, Line] = {}
        self._apart: OrderedDict[str, float] = OrderedDict()
        # Since the start: how many asked, and how many runs answered them.
        self.asked = self.run = 0

    async def rows(self, statement: Statement, asked: Asked, deadline: float) -> Rows:
        """This asker's rows. Raises Unavailable when they are not there by the deadline."""
        self.asked += 1
        if not statement.is_shared or (self._apart and self._is_apart(statement.sql)):
            return await self._alone(statement, asked, deadline)
        group = self._group(statement, (statement.sql, asked.common))
        answered = group.join(asked, deadline)
        if len(group.askers) == statement.most:
            self._depart(statement, (statement.sql, asked.common))
        try:
            rows = await answered
        except asyncio.CancelledError:
            group.left()
            raise
        return await self._alone(statement, asked, deadline) if rows is None else rows

    async def _alone(self, statement: Statement, asked: Asked, deadline: float) -> Rows:
        self.run += 1
        rows = await self._runs.rows(statement.sql, statement.values([asked]), deadline)
        return statement.divided(rows, [asked])[0]

    def _group(self, statement: Statement, key: Hashable) -> Group:
        """Those who gather now."""
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
        self.run += 1
        group.run = group.loop.create_task(self._travel(statement, group), name="run")
        # Not by the run itself, which may be cancelled before it begins.
        group.run.add_done_callback(lambda _: self._returned(statement, key))
        # All of them may have left while they gathered.
        group.left()

    async def _travel(self, statement: Statement, group: Group) -> None:
        began = group.loop.time()
        until = _until(group, began)
        try:
            rows = await self._rows(statement, group, until)
            group.tell(statement.divided(rows, group.askers))
        except asyncio.CancelledError:
            # By who left last, as a rule; whoever else may have ended it, nobody must wait for ever.
            group.tell([None] * len(group.askers))
            raise
        except Exception as error:  # noqa: BLE001 - whose values it was, they find out by asking alone
            # In a crowd, each of them by themselves would be one more.
            if len(group.askers) == 1 or isinstance(error, Crowded | Resting):
                group.fail(error)
                return
            if isinstance(error, Unavailable) and until - began >= SECONDS_FAIR:
                self._go_apart(statement.sql)
            group.tell([None] * len(group.askers))

    async def _rows(self, statement: Statement, group: Group, until: float) -> Rows:
        values = statement.values(group.askers)
        try:
            return await self._runs.rows(statement.sql, values, until)
        except Crowded:
            # Whoever waited for a turn in vain may wait on, as long as they could alone; whoever found no place to wait
            # would find none now.
            if group.loop.time() < until - EARLY or until == group.deadline:
                raise
            return await self._runs.rows(statement.sql, values, group.deadline)

    def _returned(self, statement: Statement, key: Hashable) -> None:
        line = self._lines[key]
        line.under_way -= 1
        if line.gathering is not None:
            self._depart(statement, key)
        elif not line.under_way:
            del self._lines[key]

    def _is_apart(self, sql: str) -> bool:
        until = self._apart.get(sql)
        return until is not None and asyncio.get_running_loop().time() < until

    def _go_apart(self, sql: str) -> None:
        self._apart[sql] = asyncio.get_running_loop().time() + SECONDS_APART
        self._apart.move_to_end(sql)
        if len(self._apart) > _MOST_APART:
            self._apart.popitem(last=False)


def _until(group: Group, now: float) -> float:
    """Half of what is left to the one with the least: in the other half each can still ask by themselves."""
    if len(group.askers) == 1:
        return group.deadline
    return now + (group.deadline - now) / 2

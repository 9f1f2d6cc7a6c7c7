"""One database of a department: its pool, how long it may take, and what is done when it fails."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg

from datasources.breaker import Breaker, State
from datasources.pool import Pool
from datasources.retries import RetryBudget
from datasources.unavailable import Crowded, Late, Lost, Resting, Unavailable

# Who came with less than this share of the budget left says nothing of the database by giving up.
_FAIR_SHARE = 0.5
# Above this share of the budget, on a mean in which the newest counts for this much, a database is slow.
_SLOW_SHARE = 0.1
_NEWEST = 0.05


class Database:
    """Runs statements that only read, so that one whose connection broke may be asked again."""

    def __init__(self, url: str, pool: Pool, seconds: float) -> None:
        self.url = url
        self.pool = pool
        self.breaker = Breaker()
        self._seconds = seconds
        self._retries = RetryBudget()
        self._took = 0.0

    async def rows(self, sql: str, values: list[Any], deadline: float) -> list[asyncpg.Record]:
        """Run one statement within the budget. Raises Unavailable when it is not answered by `deadline`, a time of the
        running loop.
        """
        if not self.breaker.admits():
            raise Resting(self.breaker.state.name)
        loop = asyncio.get_running_loop()
        began = loop.time()
        given = min(deadline - began, self._seconds)
        try:
            rows = await self._asked(sql, values, began + given)
        except BaseException as error:
            self._learn(error, is_fair=given >= self._seconds * _FAIR_SHARE)
            raise
        finally:
            self._took += (loop.time() - began - self._took) * _NEWEST
        self.breaker.succeeded()
        return rows

    @property
    def is_slow(self) -> bool:
        """Whether answers have taken much of the budget lately, with the waiting for a connection."""
        return self._took > self._seconds * _SLOW_SHARE

    async def _asked(self, sql: str, values: list[Any], deadline: float) -> list[asyncpg.Record]:
        self._retries.earn()
        try:
            return await self.pool.fetch(sql, values, deadline)
        except Lost:
            # The server was restarted, as a rule: the other connections are gone as well.
            self.pool.forget_idle()
            if not self._retries.take():
                raise
            return await self.pool.fetch(sql, values, deadline)

    def _learn(self, error: BaseException, *, is_fair: bool) -> None:
        match error:
            case Lost():
                self.breaker.failed()
            case Late() if is_fair:
                self.breaker.failed()
            case Unavailable() if not isinstance(error, Late | Crowded):
                # It answered, and be it with an error: that is the statement's fault.
                self.breaker.succeeded()
            case _:
                self.breaker.left()
        if self.breaker.state is State.OPEN:
            # Those in use are cut off at their deadlines; of the others nobody knows whether they still work.
            self.pool.forget_idle()

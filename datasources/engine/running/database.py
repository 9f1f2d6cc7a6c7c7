"""One database of a department: its pool, and the patience with which it is asked."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any

import asyncpg

from datasources.engine.pools.places import Places
from datasources.engine.pools.pool import ReadPool
from datasources.engine.running.coalescing import Coalescer, Rows
from datasources.engine.running.patience import Patience
from datasources.engine.running.statement import Asked, Statement


class Database:
    """Runs statements that only read, so that one whose connection broke may be asked again."""

    def __init__(self, url: str, pool: ReadPool, seconds: float) -> None:
        self.url = url
        self.pool = pool
        self.patience = Patience(seconds, pool.forget_idle)
        self.coalescer = Coalescer(self)

    @property
    def places(self) -> Places:
        return self.pool.places

    def ask(self, statement: Statement, asked: Asked, deadline: float) -> Awaitable[Rows]:
        """One asker's rows, perhaps by a run that they share with others. Raises Unavailable, as below."""
        return self.coalescer.rows(statement, asked, deadline)

    async def rows(self, sql: str, values: list[Any], deadline: float) -> list[asyncpg.Record]:
        """Run one statement within the budget. Raises Unavailable when it is not answered by `deadline`, a time of the
        running loop.
        """
        return await self.patience.ask(partial(self.pool.fetch, sql, values), deadline)

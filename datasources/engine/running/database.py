"""One database: its pool, its patience, and the coalescing of its statements."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any

import asyncpg

from datasources.engine.pools.places import Places
from datasources.engine.pools.pool import ReadPool
from datasources.engine.running.coalescing import Coalescer, Rows
from datasources.engine.running.patience import Patience
from datasources.engine.running.statement import RequestValues, Statement


class Database:
    """Runs statements that only read, so that one whose connection broke may be run again."""

    def __init__(self, url: str, pool: ReadPool, seconds: float) -> None:
        self.url = url
        self.pool = pool
        self.patience = Patience(seconds, pool.forget_idle)
        self.coalescer = Coalescer(self)

    @property
    def places(self) -> Places:
        return self.pool.places

    def ask(self, statement: Statement, request: RequestValues, deadline: float) -> Awaitable[Rows]:
        """One request's rows, by a run that it may share with others. Raises Unavailable, as `rows` does."""
        return self.coalescer.rows(statement, request, deadline)

    async def rows(self, sql: str, values: list[Any], deadline: float) -> list[asyncpg.Record]:
        """Run one statement. Raises Unavailable when it is not answered within the department's budget and by
        `deadline`, a time of the running loop.
        """
        return await self.patience.ask(partial(self.pool.fetch, sql, values), deadline)

"""One database of a department: its pool, and the patience with which it is asked."""

from __future__ import annotations

from functools import partial
from typing import Any

import asyncpg

from datasources.patience import Patience
from datasources.places import Places
from datasources.pool import Pool


class Database:
    """Runs statements that only read, so that one whose connection broke may be asked again."""

    def __init__(self, url: str, pool: Pool, seconds: float) -> None:
        self.url = url
        self.pool = pool
        self.patience = Patience(seconds, pool.forget_idle)

    @property
    def places(self) -> Places:
        return self.pool.places

    async def rows(self, sql: str, values: list[Any], deadline: float) -> list[asyncpg.Record]:
        """Run one statement within the budget. Raises Unavailable when it is not answered by `deadline`, a time of the
        running loop.
        """
        return await self.patience.ask(partial(self.pool.fetch, sql, values), deadline)

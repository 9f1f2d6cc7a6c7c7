"""A pool by hand: connections with prepared statements, lent without a round trip."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import asyncpg

SESSION = {
    "application_name": "bench",
    "default_transaction_read_only": "on",
    "timezone": "UTC",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "statement_timeout": "2000",
}

# The prepared statements of one connection, by name.
Statements = dict[str, Any]


class Pool:
    """Last in, first out for connections; first in, first out for waiting requests."""

    def __init__(self, statements: list[Statements]) -> None:
        self._free = statements
        self._waiting: deque[asyncio.Future[Statements]] = deque()

    @classmethod
    async def open(cls, url: str, size: int, statements: dict[str, str]) -> Pool:
        connections = [await _connect(url) for _ in range(size)]
        return cls([{name: await each.prepare(sql) for name, sql in statements.items()} for each in connections])

    async def row(self, name: str, *values: Any) -> Any:
        held = self._free.pop() if self._free else await self._wait()
        try:
            return await held[name].fetchrow(*values)
        finally:
            self._give_back(held)

    async def _wait(self) -> Statements:
        waiting: asyncio.Future[Statements] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        return await waiting

    def _give_back(self, held: Statements) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(held)
                return
        self._free.append(held)


async def _connect(url: str) -> asyncpg.Connection[Any]:
    connection = await asyncpg.connect(url, server_settings=SESSION, max_cacheable_statement_size=0)
    await connection.set_type_codec("text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary")
    return connection

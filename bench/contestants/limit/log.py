"""The access record by hand: stored in groups before the answers are sent, as our server does."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import asyncpg

_STORE = """
INSERT INTO core.access_record
    (request_id, viewer, viewer_class, client, purpose, policy_version, subjects, disclosure)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

Waiting = tuple[tuple[Any, ...], asyncio.Future[None]]


class Log:
    """Group commit: the records that arrive while one group is written form the next."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self._connection = connection
        self._waiting: list[Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._indexing: asyncio.Task[None] | None = None
        self._is_behind = False

    @classmethod
    async def open(cls, url: str) -> Log:
        log = cls(await asyncpg.connect(url))
        log._indexing = asyncio.create_task(log._index(await asyncpg.connect(url)))
        return log

    async def store(self, request_id: str, viewer: str, subjects: list[UUID], disclosure: bytes) -> None:
        record = (request_id, viewer, "service_agent", "bench", "care", "by hand", subjects, disclosure)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((record, done))
        if self._writing is None or self._writing.done():
            # A task of its own, so that the first request does not wait for later groups.
            self._writing = asyncio.create_task(self._write())
        await done

    async def _index(self, connection: asyncpg.Connection[Any]) -> None:
        """Catch up with the deferred index once a second, as our server does."""
        while True:
            await asyncio.sleep(1)
            if self._is_behind:
                self._is_behind = False
                await connection.execute("SELECT core.catch_up_access_log()")

    async def _write(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            await self._connection.executemany(_STORE, [record for record, _ in group])
            self._is_behind = True
            for _, done in group:
                done.set_result(None)

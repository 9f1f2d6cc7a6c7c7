"""The access record by hand: stored in groups before the answers leave, as the server does it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import asyncpg

# A group may start while another waits for the disk.
WRITERS = 2

_STORE = """
INSERT INTO core.access_record
    (request_id, viewer, viewer_class, client, purpose, policy_version, subjects, disclosure)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""

Waiting = tuple[tuple[Any, ...], asyncio.Future[None]]


class Log:
    """What arrives while all connections are storing makes the next group."""

    def __init__(self, connections: list[asyncpg.Connection[Any]]) -> None:
        self._idle = connections
        self._waiting: list[Waiting] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, url: str) -> Log:
        return cls([await asyncpg.connect(url) for _ in range(WRITERS)])

    async def store(self, request_id: str, viewer: str, subjects: list[UUID], disclosure: bytes) -> None:
        record = (request_id, viewer, "service_agent", "bench", "care", "by hand", subjects, disclosure)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((record, done))
        if self._idle:
            # A task of its own: whoever came first need not wait for the groups of those who come later.
            task = asyncio.create_task(self._write(self._idle.pop()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await done

    async def _write(self, connection: asyncpg.Connection[Any]) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            await connection.executemany(_STORE, [record for record, _ in group])
            for _, done in group:
                done.set_result(None)
        self._idle.append(connection)

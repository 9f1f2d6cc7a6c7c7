"""A small pool of connections: the last one used goes out first, and whoever waits is served in order.

asyncpg's own pool costs as much for each statement as the statement itself. This one hands out connections, and cuts
off whatever is not answered by its deadline without waiting for the server to agree.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

import asyncpg

from datasources.engine.pools.places import Places
from datasources.engine.pools.timers import EARLY
from datasources.unavailable import BROKEN, Unavailable, told

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

Connect = Callable[[], Awaitable["Connection"]]


class Pool:
    """At most `size` connections, opened as they are needed, and at most `queue` who wait for one.

    Deadlines are times of the running loop.
    """

    def __init__(self, connect: Connect, size: int, queue: int | None = None) -> None:
        self._connect = connect
        # Whoever has a place has a connection or opens one.
        self.places = Places(size, queue)
        self._idle: list[Connection] = []
        self._closed = False

    async def fetch(self, sql: str, values: list[Any], deadline: float) -> list[asyncpg.Record]:
        """The rows of one statement. Raises Unavailable when they are not there by the deadline."""
        async with self.connection(deadline) as connection:
            return await connection.fetch(sql, *values)

    def connection(self, deadline: float) -> Lease:
        """A connection until the deadline, at which it is cut off. What goes wrong with it raises Unavailable."""
        return Lease(self, deadline)

    def forget_idle(self) -> None:
        """Cut off what is not in use: whatever broke the others may have broken these."""
        while self._idle:
            self._idle.pop().terminate()

    def terminate(self) -> None:
        """Cut off every connection that is not in use; those that are go when they come back."""
        self._closed = True
        for connection in self._idle:
            connection.terminate()

    async def take(self, deadline: float) -> Connection:
        """For a lease alone, which gives it back whatever happens."""
        await self.places.take(deadline)
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        try:
            async with asyncio.timeout_at(deadline):
                return await self._connect()
        except BaseException:
            self.places.leave()
            raise

    def give_back(self, connection: Connection) -> None:
        """To whoever waits longest, or to those who will come."""
        if self._closed:
            connection.terminate()
        if not connection.is_closed():
            self._idle.append(connection)
        self.places.leave()


class Lease:
    """A connection that somebody has. Entered for each statement, where a generator would cost three times as much."""

    __slots__ = ("_alarm", "_connection", "_deadline", "_loop", "_pool")

    def __init__(self, pool: Pool, deadline: float) -> None:
        self._pool = pool
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()

    async def __aenter__(self) -> Connection:
        try:
            self._connection = connection = await self._pool.take(self._deadline)
        except BROKEN as error:
            raise self._told(error) from error
        self._alarm = self._loop.call_at(self._deadline, connection.terminate)
        return connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alarm.cancel()
        was_cut = self._connection.is_closed()
        # It may be in the middle of something, and nobody is left to see the end of it.
        if error is not None and not isinstance(error, asyncpg.PostgresError):
            self._connection.terminate()
        self._pool.give_back(self._connection)
        if isinstance(error, BROKEN):
            raise self._told(error) from error
        if was_cut and isinstance(error, Exception):
            # Cut off between two of its steps, the driver stumbles over what is gone.
            raise self._told(asyncpg.InterfaceError("cut off")) from error

    def _told(self, error: BaseException) -> Unavailable:
        return told(error, is_late=self._loop.time() >= self._deadline - EARLY)

"""A small pool of connections: the last one used goes out first, and requests that wait are served in order.

asyncpg's own pool costs as much for each statement as the statement itself. This one hands out connections, and cuts
off a connection at its deadline without waiting for the server to agree.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any

import asyncpg

from datasources.engine.pools.places import Places
from datasources.engine.pools.sessions import ReadSession, WriteSession, connect
from datasources.engine.pools.timers import EARLY
from datasources.unavailable import BROKEN, Unavailable, classify

if TYPE_CHECKING:
    from datasources.engine.pools.sessions import Connection

Connect = Callable[[], Awaitable["Connection"]]


class Pool:
    """At most `size` connections, opened as they are needed, and at most `queue` requests that wait for one.

    Deadlines are times of the running loop.
    """

    def __init__(self, connect: Connect, size: int, queue: int | None = None) -> None:
        self._connect = connect
        # A place is the right to take an idle connection or to open one.
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
        """Cut off the idle connections, because what broke one of the others may have broken these."""
        while self._idle:
            self._idle.pop().terminate()

    def terminate(self) -> None:
        """Cut off the idle connections now, and those in use when they are given back."""
        self._closed = True
        for connection in self._idle:
            connection.terminate()

    async def take(self, deadline: float) -> Connection:
        """For a Lease alone, which gives the connection back in every case."""
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
        """Frees the place; the connection stays open for the next request, unless the pool or it is closed."""
        if self._closed:
            connection.terminate()
        if not connection.is_closed():
            self._idle.append(connection)
        self.places.leave()


class ReadPool(Pool):
    """A pool for statements that only read. Code that writes takes a WritePool, so it cannot be handed this one."""

    def __init__(self, url: str, session: ReadSession, size: int, queue: int | None = None) -> None:
        super().__init__(partial(connect, url, session), size, queue)


class WritePool(Pool):
    """A pool for statements that write."""

    def __init__(self, url: str, session: WriteSession, size: int, queue: int | None = None) -> None:
        super().__init__(partial(connect, url, session), size, queue)


class Lease:
    """One use of a connection. A class, because entering a generator would cost each statement three times as much."""

    __slots__ = ("_alarm", "_connection", "_deadline", "_loop", "_pool")

    def __init__(self, pool: Pool, deadline: float) -> None:
        self._pool = pool
        self._deadline = deadline
        self._loop = asyncio.get_running_loop()

    async def __aenter__(self) -> Connection:
        try:
            self._connection = connection = await self._pool.take(self._deadline)
        except BROKEN as error:
            raise self._unavailable(error) from error
        self._alarm = self._loop.call_at(self._deadline, connection.terminate)
        return connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alarm.cancel()
        was_cut = self._connection.is_closed()
        # The statement may still be running, and its result would be read by the next request.
        if error is not None and not isinstance(error, asyncpg.PostgresError):
            self._connection.terminate()
        self._pool.give_back(self._connection)
        if isinstance(error, BROKEN):
            raise self._unavailable(error) from error
        if was_cut and isinstance(error, Exception):
            # If the connection is cut off between two of its steps, the driver raises errors of its own.
            raise self._unavailable(asyncpg.InterfaceError("cut off")) from error

    def _unavailable(self, error: BaseException) -> Unavailable:
        return classify(error, is_late=self._loop.time() >= self._deadline - EARLY)

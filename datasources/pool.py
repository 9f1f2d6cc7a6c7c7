"""A small pool of connections: the last one used goes out first, and whoever waits is served in order.

asyncpg's own pool costs as much for each statement as the statement itself. This one hands out connections, and cuts
off whatever is not answered by its deadline without waiting for the server to agree.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any

import asyncpg

from datasources.unavailable import BROKEN, Crowded, Unavailable, told

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

Connect = Callable[[], Awaitable["Connection"]]

# A loop's alarm may go off that much before its time.
_TICK = 0.002


class Pool:
    """At most `size` connections, opened as they are needed, and at most `queue` who wait for one.

    Deadlines are times of the running loop.
    """

    def __init__(self, connect: Connect, size: int, queue: int | None = None) -> None:
        self._connect = connect
        self._size = size
        self._queue = queue
        self._idle: list[Connection] = []
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._free = size
        self._closed = False

    async def fetch(self, sql: str, values: list[Any], deadline: float) -> list[asyncpg.Record]:
        """The rows of one statement. Raises Unavailable when they are not there by the deadline."""
        async with self.connection(deadline) as connection:
            return await connection.fetch(sql, *values)

    def connection(self, deadline: float) -> Lease:
        """A connection until the deadline, at which it is cut off. What goes wrong with it raises Unavailable."""
        return Lease(self, deadline)

    @property
    def in_use(self) -> int:
        return self._size - self._free - len(self._idle)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def forget_idle(self) -> None:
        """Cut off what is not in use: whatever broke the others may have broken these."""
        while self._idle:
            self._idle.pop().terminate()
            self._free += 1
            self._wake(None)

    def terminate(self) -> None:
        """Cut off every connection that is not in use; those that are go when they come back."""
        self._closed = True
        for connection in self._idle:
            connection.terminate()

    async def take(self, deadline: float) -> Connection:
        """For a lease alone, which gives it back whatever happens."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._free += 1
        if self._free:
            self._free -= 1
            return await self._opened(deadline)
        return await self._waited(deadline)

    async def _opened(self, deadline: float) -> Connection:
        try:
            async with asyncio.timeout_at(deadline):
                return await self._connect()
        except BaseException:
            self._free += 1
            self._wake(None)
            raise

    async def _waited(self, deadline: float) -> Connection:
        if self._queue is not None and len(self._waiting) >= self._queue:
            raise Crowded("queue")
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout_at(deadline):
                given = await turn
        except BaseException as error:
            self._leave(turn)
            if isinstance(error, TimeoutError):
                raise Crowded("turn") from error
            raise
        return given if given is not None else await self.take(deadline)

    def _leave(self, turn: asyncio.Future[Connection | None]) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)
        elif turn.done() and not turn.cancelled():
            # The turn came in the moment in which nobody waited for it any longer.
            if (late := turn.result()) is not None:
                self.give_back(late)
            else:
                self._wake(None)

    def give_back(self, connection: Connection) -> None:
        """To whoever waits longest, or to those who will come."""
        if self._closed:
            connection.terminate()
        if connection.is_closed():
            self._free += 1
            self._wake(None)
        elif not self._wake(connection):
            self._idle.append(connection)

    def _wake(self, connection: Connection | None) -> bool:
        """Give the connection to whoever waits longest, or None: that there is room for a new one."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False


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
        return told(error, is_late=self._loop.time() >= self._deadline - _TICK)

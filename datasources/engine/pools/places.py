"""Places: a bound on concurrent requests to a department, with a bounded queue that is served in order."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from datasources.unavailable import Crowded


class Places:
    """At most `size` places in use, and at most `queue` requests that wait. Deadlines are times of the running loop."""

    def __init__(self, size: int, queue: int | None = None) -> None:
        self._size = size
        self._queue = queue
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.in_use = 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def take(self, deadline: float) -> None:
        """Take a place, which the caller has to leave. Raises Crowded when there is none by the deadline."""
        if self.in_use < self._size:
            self.in_use += 1
        else:
            await self._wait(deadline)

    def leave(self) -> None:
        """Pass the place to the request that has waited longest, or free it."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.in_use -= 1

    @asynccontextmanager
    async def taken(self, deadline: float) -> AsyncIterator[None]:
        await self.take(deadline)
        try:
            yield
        finally:
            self.leave()

    async def _wait(self, deadline: float) -> None:
        if self._queue is not None and len(self._waiting) >= self._queue:
            raise Crowded("queue")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout_at(deadline):
                await turn
        except BaseException as error:
            self._give_up(turn)
            if isinstance(error, TimeoutError):
                raise Crowded("turn") from error
            raise

    def _give_up(self, turn: asyncio.Future[None]) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)
        elif turn.done() and not turn.cancelled():
            # The place was passed to this request at the moment in which it stopped waiting.
            self.leave()

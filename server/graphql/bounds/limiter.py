"""Limits concurrent operations: a few wait for their turn, and more are refused with OVERLOADED."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from types import TracebackType

from resolvers.codes import Code
from server.graphql.refusals import Header, Refusal

MIN_OPERATIONS = 8
INITIAL_OPERATIONS = 32
MAX_OPERATIONS = 256
# Longer than a burst takes, and far shorter than a client's timeout.
MAX_QUEUE_SECONDS = 0.25
# Because a smaller limit takes effect with a delay, the next cut waits for it.
SECONDS_BETWEEN_CUTS = 0.1
SHRINK_FACTOR = 0.9

RETRY: Header = (b"retry-after", b"1")

# Resolves to True when the operation may start, to False on timeout.
Turn = asyncio.Future[bool]


class ConcurrencyLimit:
    """An adaptive limit: grows by one while it is used and core is quick, shrinks by a tenth while core is slow.

    Only core's slowness counts, because a slow department has a queue of its own
    (datasources/engine/running/patience.py) and must not refuse requests that do not need it.
    """

    def __init__(
        self,
        most: int = MAX_OPERATIONS,
        is_slow: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._most = most
        self._is_slow = is_slow
        self._clock = clock
        # The exact limit, which grows by fractions; `limit` is its whole part.
        self._limit = float(min(INITIAL_OPERATIONS, most))
        self.limit = int(self._limit)
        self._cut_at = float("-inf")
        self._waiting: deque[Turn] = deque()
        self.in_use = 0
        self.shed = 0

    @property
    def is_full(self) -> bool:
        """Whether the next request would be refused. Known before any of it is read."""
        return self.in_use >= self.limit and len(self._waiting) >= self.limit

    def overloaded(self) -> Refusal:
        self.shed += 1
        message = "The server has more to do than it can. Try again in a moment."
        return Refusal(Code.OVERLOADED, message, RETRY)

    async def __aenter__(self) -> None:
        if self.in_use < self.limit and not self._waiting:
            self.in_use += 1
            return
        if self.is_full:
            raise self.overloaded()
        await self._wait_for_turn()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._adapt()
        self._leave()

    async def _wait_for_turn(self) -> None:
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        self._waiting.append(turn)
        alarm = loop.call_later(MAX_QUEUE_SECONDS, _expire, turn)
        try:
            # The operation that resolves the future has counted this one in.
            has_turn = await turn
        except asyncio.CancelledError:
            self._give_up(turn)
            raise
        finally:
            alarm.cancel()
        if not has_turn:
            # An operation that ended meanwhile may have removed it from the queue.
            with suppress(ValueError):
                self._waiting.remove(turn)
            raise self.overloaded()

    def _give_up(self, turn: Turn) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)
        elif not turn.cancelled():
            self._leave()

    def _leave(self) -> None:
        self.in_use -= 1
        while self._waiting and self.in_use < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_use += 1
                turn.set_result(True)

    def _adapt(self) -> None:
        if self._is_slow():
            now = self._clock()
            if now - self._cut_at >= SECONDS_BETWEEN_CUTS:
                self._cut_at = now
                self._change(max(self._limit * SHRINK_FACTOR, float(min(MIN_OPERATIONS, self._most))))
        elif self.in_use * 2 >= self.limit and self._limit < self._most:
            self._change(min(self._limit + 1 / self._limit, float(self._most)))

    def _change(self, limit: float) -> None:
        self._limit, self.limit = limit, int(limit)


def _expire(turn: Turn) -> None:
    """Resolve with a value; cancelling the future would look like a client that disconnected."""
    if not turn.done():
        turn.set_result(False)

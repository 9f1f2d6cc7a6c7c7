"""How many operations run at once: as many as core answers quickly, a few wait, and more are told to come again."""

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
# Longer than a burst takes, and far shorter than anybody waits for an answer.
MAX_QUEUE_SECONDS = 0.25
# What was decided has to show before more is decided.
SECONDS_BETWEEN_CUTS = 0.1
SHRINK_FACTOR = 0.9

RETRY: Header = (b"retry-after", b"1")

# Whether it came in time.
Turn = asyncio.Future[bool]


class ConcurrencyLimit:
    """A limit that grows by one while it is used up and core is quick, and shrinks by a tenth while core is slow.

    Only core's slowness counts. A slow department is bounded by its own queue (datasources/engine/running/patience.py),
    and must not turn away requests that do not need it.
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
        # Grows by less than one at a time; `limit` is what it comes to.
        self._limit = float(min(INITIAL_OPERATIONS, most))
        self.limit = int(self._limit)
        self._cut_at = float("-inf")
        self._waiting: deque[Turn] = deque()
        self.in_use = 0
        self.shed = 0

    @property
    def is_full(self) -> bool:
        """Whether whoever comes now would be turned away: it can be told before anything of a request is read."""
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
        await self._turn()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._adapt()
        self._leave()

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        self._waiting.append(turn)
        alarm = loop.call_later(MAX_QUEUE_SECONDS, _expire, turn)
        try:
            # Whoever wakes it has counted it in.
            has_come = await turn
        except asyncio.CancelledError:
            self._give_up(turn)
            raise
        finally:
            alarm.cancel()
        if not has_come:
            # Whoever left meanwhile may have passed it over already.
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
    """Told by a value: by cancelling it, a wait that is over could not be told from a client who left."""
    if not turn.done():
        turn.set_result(False)

"""Patience: a department's time budget, its circuit breaker, and retries of what was lost on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from datasources.engine.running.breaker import Breaker, State
from datasources.unavailable import Crowded, Failing, Late, Lost, Resting, Unavailable

T = TypeVar("T")

# A request that began with less than this share of the budget is no evidence against the department if it times out.
_FAIR_SHARE = 0.5
# A department is slow if its moving average exceeds this share of the budget. The newest answer has this weight.
_SLOW_SHARE = 0.1
_NEWEST_WEIGHT = 0.05

RETRY_SHARE = 0.2
# The retries that are saved up at the start and at the most.
MAX_SAVED_RETRIES = 10.0


class RetryBudget:
    """Bounds retries to a share of requests, so that they never make an outage worse: each request earns a part of a
    retry, and a retry spends a whole one.
    """

    def __init__(self, share: float = RETRY_SHARE, most: float = MAX_SAVED_RETRIES) -> None:
        self._share = share
        self._most = self._left = most

    def earn(self) -> None:
        self._left = min(self._left + self._share, self._most)

    def spend(self) -> bool:
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Patience:
    """Runs reads, so that one whose connection was lost may be retried.

    `forget_idle` is called when idle connections may be as broken as the one that was in use.
    """

    def __init__(self, seconds: float, forget_idle: Callable[[], None] = lambda: None) -> None:
        self.breaker = Breaker()
        self._seconds = seconds
        self._forget_idle = forget_idle
        self._retries = RetryBudget()
        self._average_seconds = 0.0

    async def ask(self, once: Callable[[float], Awaitable[T]], deadline: float) -> T:
        """The result of `once`, which is called with its deadline, a time of the running loop.

        Raises Unavailable when there is none within the department's budget and by `deadline`.
        """
        if not self.breaker.admits():
            raise Resting(self.breaker.state.name)
        loop = asyncio.get_running_loop()
        began = loop.time()
        seconds = min(deadline - began, self._seconds)
        try:
            answer = await self._retry_once(once, began + seconds)
        except BaseException as error:
            self._learn(error, is_fair=seconds >= self._seconds * _FAIR_SHARE)
            raise
        finally:
            self._average_seconds += (loop.time() - began - self._average_seconds) * _NEWEST_WEIGHT
        self.breaker.succeeded()
        return answer

    @property
    def is_slow(self) -> bool:
        """Whether recent answers took much of the budget, including the wait for a connection."""
        return self._average_seconds > self._seconds * _SLOW_SHARE

    async def _retry_once(self, once: Callable[[float], Awaitable[T]], deadline: float) -> T:
        self._retries.earn()
        try:
            return await once(deadline)
        except Lost:
            # Usually the server was restarted, which broke the other connections as well.
            self._forget_idle()
            if not self._retries.spend():
                raise
            return await once(deadline)

    def _learn(self, error: BaseException, *, is_fair: bool) -> None:
        match error:
            case Lost() | Failing():
                self.breaker.failed()
            case Late() if is_fair:
                self.breaker.failed()
            case Unavailable() if not isinstance(error, Late | Crowded):
                # It answered with an error, which is the fault of the statement and its values.
                self.breaker.succeeded()
            case _:
                self.breaker.abandoned()
        if self.breaker.state is State.OPEN:
            # Connections in use are cut off at their deadlines; idle ones may be broken as well.
            self._forget_idle()

"""Patience with a department, whatever lies behind it: how long it may take, when it is asked once more, and when it
is left alone.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from datasources.engine.running.breaker import Breaker, State
from datasources.engine.running.retries import RetryBudget
from datasources.unavailable import Crowded, Failing, Late, Lost, Resting, Unavailable

T = TypeVar("T")

# Who came with less than this share of the budget left says nothing of the department by giving up.
_FAIR_SHARE = 0.5
# Above this share of the budget, on a mean in which the newest counts for this much, a department is slow.
_SLOW_SHARE = 0.1
_NEWEST = 0.05


class Patience:
    """Asks for what is only read, so that what was lost on the way may be asked for again.

    `forget` is called when connections that are not in use may be as broken as the one that was.
    """

    def __init__(self, seconds: float, forget: Callable[[], None] = lambda: None) -> None:
        self.breaker = Breaker()
        self._seconds = seconds
        self._forget = forget
        self._retries = RetryBudget()
        self._took = 0.0

    async def ask(self, once: Callable[[float], Awaitable[T]], deadline: float) -> T:
        """What `once` answers; it is told until when, a time of the running loop. Raises Unavailable when that is not
        within the budget and by the `deadline`.
        """
        if not self.breaker.admits():
            raise Resting(self.breaker.state.name)
        loop = asyncio.get_running_loop()
        began = loop.time()
        given = min(deadline - began, self._seconds)
        try:
            answer = await self._asked(once, began + given)
        except BaseException as error:
            self._learn(error, is_fair=given >= self._seconds * _FAIR_SHARE)
            raise
        finally:
            self._took += (loop.time() - began - self._took) * _NEWEST
        self.breaker.succeeded()
        return answer

    @property
    def is_slow(self) -> bool:
        """Whether answers have taken much of the budget lately, with the waiting for a connection."""
        return self._took > self._seconds * _SLOW_SHARE

    async def _asked(self, once: Callable[[float], Awaitable[T]], deadline: float) -> T:
        self._retries.earn()
        try:
            return await once(deadline)
        except Lost:
            # The server was restarted, as a rule: the other connections are gone as well.
            self._forget()
            if not self._retries.take():
                raise
            return await once(deadline)

    def _learn(self, error: BaseException, *, is_fair: bool) -> None:
        match error:
            case Lost() | Failing():
                self.breaker.failed()
            case Late() if is_fair:
                self.breaker.failed()
            case Unavailable() if not isinstance(error, Late | Crowded):
                # It answered, and be it with an error: that is the fault of what it was asked.
                self.breaker.succeeded()
            case _:
                self.breaker.left()
        if self.breaker.state is State.OPEN:
            # Those in use are cut off at their deadlines; of the others nobody knows whether they still work.
            self._forget()

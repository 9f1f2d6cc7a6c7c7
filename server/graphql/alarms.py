"""Alarms that are nearly always cancelled: the loop keeps one timer for all of them, where each would cost as much as a
small answer's JSON.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from datasources.engine.pools.timers import EARLY


class Alarm:
    """Rings once, unless it is cancelled before."""

    __slots__ = ("_ring", "has_rung", "time")

    def __init__(self, time: float, ring: Callable[[], object]) -> None:
        self.time = time
        self._ring: Callable[[], object] | None = ring
        self.has_rung = False

    @property
    def is_cancelled(self) -> bool:
        return self._ring is None

    def cancel(self) -> None:
        self._ring = None

    def ring(self) -> None:
        if self._ring is not None:
            self.has_rung = True
            self._ring()


class Alarms:
    """All ring so many seconds after they were set, and so are due in the order in which they were set."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._set: deque[Alarm] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def set(self, ring: Callable[[], object]) -> Alarm:
        """In the running loop; all have to be set in the same."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        # Most are cancelled long before their time, and need not be kept until then.
        while self._set and self._set[0].is_cancelled:
            self._set.popleft()
        alarm = Alarm(self._loop.time() + self._seconds, ring)
        self._set.append(alarm)
        if self._timer is None:
            self._wind(self._loop)
        return alarm

    def _wind(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_at(self._set[0].time, self._due, loop) if self._set else None

    def _due(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time() + EARLY
        try:
            while self._set and (self._set[0].is_cancelled or self._set[0].time <= now):
                self._set.popleft().ring()
        finally:
            self._wind(loop)

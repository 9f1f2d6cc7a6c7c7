"""Timeouts that share one timer of the event loop.

Nearly all are cancelled before they are due; a loop timer for each would cost as much as a small answer's JSON.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from datasources.engine.pools.timers import EARLY


class Alarm:
    """One timeout: calls `ring` once, unless it is cancelled first."""

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
    """Alarms with one delay in seconds. They are due in the order in which they were set."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._set: deque[Alarm] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def set(self, ring: Callable[[], object]) -> Alarm:
        """Set an alarm in the running loop, which must be the same for all."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        # Drop cancelled alarms now, so that they are not kept until they would be due.
        while self._set and self._set[0].is_cancelled:
            self._set.popleft()
        alarm = Alarm(self._loop.time() + self._seconds, ring)
        self._set.append(alarm)
        if self._timer is None:
            self._start_timer(self._loop)
        return alarm

    def _start_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_at(self._set[0].time, self._ring_due, loop) if self._set else None

    def _ring_due(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time() + EARLY
        try:
            while self._set and (self._set[0].is_cancelled or self._set[0].time <= now):
                self._set.popleft().ring()
        finally:
            self._start_timer(loop)

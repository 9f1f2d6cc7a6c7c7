"""Rates: how many points a client may spend, kept in a bucket that fills again with time."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

MAX_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of so many points, and how many come back in a second."""

    capacity: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Level:
    """A bucket after somebody tried to draw from it: whether they could, and the points that are left."""

    is_enough: bool
    left: float


class BucketsUnavailable(Exception):
    """The buckets are somewhere else, and cannot be reached."""


class Buckets(Protocol):
    """Where buckets stand."""

    async def draw(self, key: str, points: float, rate: Rate) -> Level:
        """Take points out at once, or nothing. Negative points are put back. Raises BucketsUnavailable."""


class OwnBuckets:
    """The buckets of one process: those last used, since one that nobody draws from is full again soon."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def draw(self, key: str, points: float, rate: Rate) -> Level:
        return self.take(key, points, rate)

    def take(self, key: str, points: float, rate: Rate) -> Level:
        now = self._clock()
        left, at = self._levels.pop(key, (rate.capacity, now))
        filled = min(rate.capacity, left + (now - at) * rate.per_second)
        is_enough = filled >= points
        level = min(rate.capacity, filled - points) if is_enough else filled
        self._levels[key] = level, now
        if len(self._levels) > MAX_BUCKETS:
            self._levels.popitem(last=False)
        return Level(is_enough, level)

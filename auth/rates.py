"""Token buckets: each client spends points from a bucket that refills over time."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

MAX_BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Rate:
    """The capacity of a bucket in points, and the points that it regains per second."""

    capacity: float
    per_second: float


@dataclass(frozen=True, slots=True)
class Level:
    """A bucket after a draw: whether the points sufficed, and how many are left."""

    is_enough: bool
    left: float


class BucketsUnavailable(Exception):
    """The store of buckets cannot be reached."""


class Buckets(Protocol):
    """A store of buckets."""

    async def draw(self, key: str, points: float, rate: Rate) -> Level:
        """Take all the points or none; negative points are put back. Raises BucketsUnavailable."""


class OwnBuckets:
    """The buckets of one process. Only the last used are kept, because an unused bucket is full again soon."""

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

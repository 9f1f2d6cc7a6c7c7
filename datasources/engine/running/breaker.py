"""A breaker: a database that failed several times in a row is left alone for a moment, then tried with one request."""

from collections.abc import Callable
from enum import IntEnum
from time import monotonic

FAILURES = 5
SECONDS = 1.0
# Each failed try doubles the rest, up to so many times: it must be found soon that a database is back.
MOST_TIMES = 8


class State(IntEnum):
    """Closed lets everybody through, open nobody, half-open the one who tries. The numbers are those of the metrics."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    """Whoever is admitted says how it ended: `succeeded`, `failed`, or `left` without having learned anything."""

    def __init__(
        self, failures: int = FAILURES, seconds: float = SECONDS, clock: Callable[[], float] = monotonic
    ) -> None:
        self._most = failures
        self._seconds = self._rest = seconds
        self._clock = clock
        self._failures = 0
        self._opened_at = 0.0
        self.state = State.CLOSED

    def admits(self) -> bool:
        """Whether the database may be asked. When it has rested, the first who comes is the one who tries."""
        if self.state is State.OPEN and self._clock() - self._opened_at >= self._rest:
            self.state = State.HALF_OPEN
            return True
        return self.state is State.CLOSED

    def succeeded(self) -> None:
        # Whoever was admitted before it opened may answer late; that counts as much as the try.
        self.state, self._failures, self._rest = State.CLOSED, 0, self._seconds

    def failed(self) -> None:
        self._failures += 1
        if self.state is State.HALF_OPEN:
            self._rest = min(self._rest * 2, self._seconds * MOST_TIMES)
            self._open()
        elif self.state is State.CLOSED and self._failures >= self._most:
            self._open()

    def left(self) -> None:
        """The one who tried went without an answer: the next who comes tries."""
        if self.state is State.HALF_OPEN:
            self.state = State.OPEN

    def _open(self) -> None:
        self.state, self._opened_at = State.OPEN, self._clock()

"""A circuit breaker: after several failures in a row a department is not asked for a time, then by one trial."""

from collections.abc import Callable
from enum import IntEnum
from time import monotonic

FAILURES_TO_OPEN = 5
SECONDS_OPEN = 1.0
# Each failed trial doubles the time, up to this factor, so that a department that is back is soon noticed.
MAX_FACTOR = 8


class State(IntEnum):
    """Closed admits all requests, open none, half-open is waiting for the trial. The numbers are those of metrics."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Breaker:
    """Every admitted request reports its outcome: `succeeded`, `failed`, or `abandoned` if it proved neither."""

    def __init__(
        self, failures: int = FAILURES_TO_OPEN, seconds: float = SECONDS_OPEN, clock: Callable[[], float] = monotonic
    ) -> None:
        self._failures_to_open = failures
        self._initial_seconds = self._seconds_open = seconds
        self._clock = clock
        self._failures = 0
        self._opened_at = 0.0
        self.state = State.CLOSED

    def admits(self) -> bool:
        """Whether the department may be asked. After the time that it is open, the first request is the trial."""
        if self.state is State.OPEN and self._clock() - self._opened_at >= self._seconds_open:
            self.state = State.HALF_OPEN
            return True
        return self.state is State.CLOSED

    def succeeded(self) -> None:
        # A request that was admitted before it opened may answer late, which counts as much as the trial.
        self.state, self._failures, self._seconds_open = State.CLOSED, 0, self._initial_seconds

    def failed(self) -> None:
        self._failures += 1
        if self.state is State.HALF_OPEN:
            self._seconds_open = min(self._seconds_open * 2, self._initial_seconds * MAX_FACTOR)
            self._open()
        elif self.state is State.CLOSED and self._failures >= self._failures_to_open:
            self._open()

    def abandoned(self) -> None:
        """If it was the trial, the next request is the trial."""
        if self.state is State.HALF_OPEN:
            self.state = State.OPEN

    def _open(self) -> None:
        self.state, self._opened_at = State.OPEN, self._clock()

"""Gauges of the running process: breakers, pools, plans, concurrency limit and event loop lag."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from datasources.engine.running.databases import Databases
from resolvers.graph import Graph
from server.graphql.bounds.limiter import ConcurrencyLimit

SECONDS_BETWEEN_LOOKS = 0.25


@dataclass(frozen=True, slots=True)
class Gauge:
    """A measured value; some gauges have one for each department."""

    name: str
    what: str
    value: float
    department: str | None = None


Gauges = Callable[[], Iterable[Gauge]]


class Lag:
    """The event loop's worst delay since the last `take`."""

    def __init__(self) -> None:
        self._worst = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(SECONDS_BETWEEN_LOOKS, self._look, loop.time() + SECONDS_BETWEEN_LOOKS)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def take(self) -> float:
        worst, self._worst = self._worst, 0.0
        return worst

    def _look(self, due: float) -> None:
        self._worst = max(self._worst, asyncio.get_running_loop().time() - due)
        self.watch()


@contextmanager
def measure_lag() -> Iterator[Lag]:
    """Measure the running loop's lag inside this context."""
    lag = Lag()
    lag.watch()
    try:
        yield lag
    finally:
        lag.stop()


def gauges(graph: Graph, databases: Databases, limiter: ConcurrencyLimit, lag: Lag) -> Gauges:
    def look() -> Iterator[Gauge]:
        for department in databases.homes:
            yield from _department(databases, department)
        at_core = databases.core.coalescer
        yield Gauge("core_statements_asked", "Who needed a statement of core's database.", at_core.request_count)
        yield Gauge("core_statements_run", "Runs that answered them: fewer where they shared one.", at_core.run_count)
        yield Gauge("plans", "Plans that are kept.", len(graph.plans))
        yield Gauge("operations_running", "Operations that run.", limiter.in_use)
        yield Gauge("operations_limit", "Operations that may run at once.", limiter.limit)
        yield Gauge("operations_shed", "Operations turned away since the start.", limiter.shed)
        yield Gauge("loop_lag_seconds", "How late the event loop was, at most since the last look.", lag.take())

    return look


def _department(databases: Databases, department: str) -> Iterator[Gauge]:
    behind = databases.behind(department)
    bad = databases.bad_values[department]
    yield Gauge("bad_values", "Values since the start that could not be shown.", bad, department)
    yield Gauge("breaker_state", "0 closed, 1 half-open, 2 open.", behind.patience.breaker.state, department)
    yield Gauge("pool_in_use", "Places in use: connections, or answers of a source.", behind.places.in_use, department)
    yield Gauge("pool_waiting", "Who waits for a place.", behind.places.waiting, department)

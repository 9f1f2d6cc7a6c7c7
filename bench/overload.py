"""`python -m bench.overload`: goodput of a server under overload.

First the peak rate, with callers that wait for each answer. Then arrivals at 0.8 and 3 times that rate, independent of
the answers. Prints the rate of 200 answers (goodput), their latencies, and the count of each status.
"""

import argparse
import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import httptools
import uvloop

from bench.__main__ import token
from bench.contestants.servers import OURS, servers
from bench.load.client import http_request
from bench.load.rounds import start_server
from bench.load.run import body
from bench.workloads import dataset, operations
from bench.workloads.dataset import DataSet
from server.settings.environment import load as settings

PEAK_MULTIPLES = (0.8, 3.0)
CALLERS = 32
# Arrivals are sent in batches of this interval, because the loop's timers are no finer.
TICK_SECONDS = 0.005
# An arrival beyond this limit is counted as given up, as with a full backlog.
MAX_REQUESTS_IN_FLIGHT = 1000


@dataclass
class Tally:
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    given_up: int = 0

    def line(self, seconds: float) -> str:
        good = sorted(self.latencies) or [0.0]
        p50, p99 = (good[int(len(good) * share)] * 1000 for share in (0.5, 0.99))
        counts = ", ".join(f"{count} x {status}" for status, count in sorted(self.statuses.items()))
        rate = len(self.latencies) / seconds
        return f"{rate:7.0f}/s good, p50 {p50:6.1f} ms, p99 {p99:6.1f} ms; {counts}; {self.given_up} given up"


class Connection(asyncio.Protocol):
    """One connection with one request at a time."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._done: asyncio.Future[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        # A server that refuses the connection answers 503 before the first request.
        self._parser = httptools.HttpResponseParser(self)
        self._sent_at = time.perf_counter()

    @property
    def is_open(self) -> bool:
        return not self._transport.is_closing()

    def ask(self, request: bytes) -> asyncio.Future[None]:
        self._parser = httptools.HttpResponseParser(self)
        self._sent_at = time.perf_counter()
        self._done = asyncio.get_running_loop().create_future()
        if self.is_open:
            self._transport.write(request)
        else:
            self._settle()
        return self._done

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        self._tally.statuses[status] += 1
        if status == 200:
            self._tally.latencies.append(time.perf_counter() - self._sent_at)
        self._settle()

    def connection_lost(self, error: Exception | None) -> None:
        self._tally.statuses[0] += 1
        self._settle()

    def _settle(self) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(None)


class Load:
    """Sends requests to one port for a number of seconds."""

    def __init__(self, port: int, requests: list[bytes], seconds: float) -> None:
        self._port = port
        self._requests = requests
        self._seconds = seconds
        self._number = 0

    async def closed(self, callers: int) -> Tally:
        """Closed loop: each caller sends its next request when the last is answered."""
        tally, until = Tally(), time.perf_counter() + self._seconds

        async def call() -> None:
            connection = await self._connect(tally)
            while time.perf_counter() < until:
                await connection.ask(self._next())

        await asyncio.gather(*(call() for _ in range(callers)))
        return tally

    async def open(self, rate: float) -> Tally:
        """Open loop: requests arrive at this rate, per second."""
        tally, idle, under_way = Tally(), list[Connection](), set[asyncio.Task[None]]()

        async def call() -> None:
            connection = idle.pop() if idle else await self._connect(tally)
            await connection.ask(self._next())
            if connection.is_open:
                idle.append(connection)

        began, sent = time.perf_counter(), 0
        while (passed := time.perf_counter() - began) < self._seconds:
            while sent < passed * rate:
                sent += 1
                if len(under_way) >= MAX_REQUESTS_IN_FLIGHT:
                    tally.given_up += 1
                    continue
                under_way.add(task := asyncio.create_task(call()))
                task.add_done_callback(under_way.discard)
            await asyncio.sleep(TICK_SECONDS)
        await asyncio.wait(under_way, timeout=10)
        return tally

    async def _connect(self, tally: Tally) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(tally), "127.0.0.1", self._port
        )
        return connection

    def _next(self) -> bytes:
        self._number += 1
        return self._requests[self._number % len(self._requests)]


async def measure(port: int, requests: list[bytes], seconds: float) -> None:
    load = Load(port, requests, seconds)
    await load.closed(CALLERS)
    peak = await load.closed(CALLERS)
    peak_rate = len(peak.latencies) / seconds
    print(f"peak          {peak.line(seconds)}", flush=True)
    for times in PEAK_MULTIPLES:
        tally = await load.open(peak_rate * times)
        share = len(tally.latencies) / seconds / peak_rate
        print(f"{times} x the peak {tally.line(seconds)}: {share:.0%} of the peak", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.overload", description=__doc__)
    parser.add_argument("--customers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--workload", choices=operations.NAMES, default="list50")
    options = parser.parse_args()
    folder: Path = (settings().data_dir / "bench").resolve()
    with dataset.open_dataset(folder, options.customers, apart=False) as data:
        _run(data, options.workload, options.seconds)


def _run(data: DataSet, name: str, seconds: float) -> None:
    (ours,) = (each for each in servers(data) if each.name == OURS)
    headers = ["Authorization", f"Bearer {token(data)}", "Customer360-Purpose", "care"]
    chosen = asyncio.run(operations.choose(data.url))
    (workload,) = (each for each in chosen.all if each.name == name)
    with start_server(ours, data, tuple(headers), workload) as target:
        requests = [
            http_request(body(workload.document(target.documents), each).decode(), headers)
            for each in workload.variables
        ]
        uvloop.run(measure(target.port, requests, seconds))


if __name__ == "__main__":
    main()

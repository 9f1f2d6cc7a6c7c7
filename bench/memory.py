"""`python -m bench.memory`: what a worker and a database connection hold after ever more distinct operations."""

import argparse
import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from urllib.request import urlopen

import asyncpg

from bench import dataset, workloads
from bench.__main__ import PURPOSE, token
from bench.dataset import DataSet
from bench.load import Target
from bench.processes import Process, private_mib, resident_mib
from bench.rounds import free_port, wait_for
from bench.servers import OURS, Server, servers
from bench.verify import data as answered
from server.settings.environment import load as settings

# The caches of documents and plans hold 1,000 each: from there on nothing may grow.
STEPS = (0, 1, 100, 500, 1_000, 1_500, 2_000)
# Memory is measured here, not time: a machine that does something else may take its own.
PATIENT = {"CUSTOMER360_DEADLINE_MS": "60000", "CUSTOMER360_NEW_DOCUMENTS": "off"}
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'customer360' AND datname = current_database()"


@dataclass(frozen=True, slots=True)
class Held:
    """Memory after so many distinct operations: resident of the worker, private of its database connections."""

    operations: int
    worker_mib: float
    backends_mib: tuple[float, ...]

    def __str__(self) -> str:
        shown = f"{self.operations:>10,}  {self.worker_mib:>6.1f}"
        if not self.backends_mib:
            return f"{shown}  {'-':>11}  {'-':>7}"
        return f"{shown}  {len(self.backends_mib):>11}  {max(self.backends_mib):>7.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--customers", type=int, default=300)
    parser.add_argument("--callers", type=int, default=1, help="how many ask each operation at once")
    folder = (settings().data_dir / "bench").resolve()
    asked = parser.parse_args()
    with dataset.opened(folder, asked.customers, apart=False, durable=False) as data:
        print("operations  worker  connections  largest   (MiB: resident; private to the backend)")
        for held in measure(data, asked.callers):
            print(held, flush=True)


def measure(data: DataSet, callers: int) -> Iterator[Held]:
    """Each operation is the screen-pop with a new alias. One caller uses one connection for all of them."""
    (card, *_), server = asyncio.run(workloads.choose(data.url)).all, servers(data)[0]
    assert (card.name, server.name) == ("card", OURS)
    document = card.document()
    with _started(server, data) as target, ThreadPoolExecutor(callers) as pool:
        yield _held(0, target, data)
        for before, after in pairwise(STEPS):
            for number in range(before, after):
                ask = partial(answered, target, document.replace("displayName", f"name{number}: displayName"))
                list(pool.map(ask, card.variables[:callers]))
            yield _held(after, target, data)


def _held(operations: int, target: Target, data: DataSet) -> Held:
    backends = asyncio.run(_backends(data.url))
    return Held(operations, resident_mib(target.pid), tuple(map(private_mib, backends)))


async def _backends(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    try:
        return [row["pid"] for row in await connection.fetch(_BACKENDS)]
    finally:
        await connection.close()


@contextmanager
def _started(server: Server, data: DataSet) -> Iterator[Target]:
    """The server, once it is ready, before it was asked anything."""
    port = free_port()
    process = Process(server.command_at(port), {**server.environment, **PATIENT}, data.folder / "log-memory.txt")
    try:
        ready = f"http://127.0.0.1:{port}/readyz"
        wait_for(server.name, process, lambda: urlopen(ready, timeout=5).close())
        headers = ("Authorization", f"Bearer {token(data)}", "Customer360-Purpose", PURPOSE)
        yield Target(server.name, port, process.pid, headers, server.documents)
    finally:
        process.stop()


if __name__ == "__main__":
    main()

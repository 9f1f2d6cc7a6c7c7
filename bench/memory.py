"""`python -m bench.memory`: memory of a worker and its database connections by number of distinct operations."""

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

from bench.__main__ import PURPOSE, token
from bench.answers.verify import answer_data
from bench.contestants.servers import OURS, Server, servers
from bench.load.processes import Process, private_mib, resident_mib
from bench.load.rounds import free_port, wait_until_ready
from bench.load.run import Target
from bench.workloads import dataset, operations
from bench.workloads.dataset import DataSet
from server.settings.environment import load as settings

# Memory must not grow past 1,000 operations, because the caches of documents and plans hold 1,000 each.
STEPS = (0, 1, 100, 500, 1_000, 1_500, 2_000)
# A long deadline, because memory is measured here and the machine may be busy.
GENEROUS_LIMITS = {"CUSTOMER360_DEADLINE_MS": "60000", "CUSTOMER360_NEW_DOCUMENTS": "off"}
_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE application_name = 'customer360' AND datname = current_database()"


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory after a number of distinct operations, in MiB: the worker's resident, its backends' private."""

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
    parser.add_argument("--callers", type=int, default=1, help="concurrent requests for each operation")
    folder = (settings().data_dir / "bench").resolve()
    options = parser.parse_args()
    with dataset.open_dataset(folder, options.customers, apart=False, durable=False) as data:
        print("operations  worker  connections  largest   (MiB: resident; private to the backend)")
        for memory in measure(data, options.callers):
            print(memory, flush=True)


def measure(data: DataSet, callers: int) -> Iterator[Memory]:
    """Send the screen-pop with a new alias each time. One caller uses one database connection for all of them."""
    (card, *_), server = asyncio.run(operations.choose(data.url)).all, servers(data)[0]
    assert (card.name, server.name) == ("card", OURS)
    document = card.document()
    with _start_idle(server, data) as target, ThreadPoolExecutor(callers) as pool:
        yield _memory(0, target, data)
        for before, after in pairwise(STEPS):
            for number in range(before, after):
                ask = partial(answer_data, target, document.replace("displayName", f"name{number}: displayName"))
                list(pool.map(ask, card.variables[:callers]))
            yield _memory(after, target, data)


def _memory(operations: int, target: Target, data: DataSet) -> Memory:
    backends = asyncio.run(_backends(data.url))
    return Memory(operations, resident_mib(target.pid), tuple(map(private_mib, backends)))


async def _backends(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    try:
        return [row["pid"] for row in await connection.fetch(_BACKENDS)]
    finally:
        await connection.close()


@contextmanager
def _start_idle(server: Server, data: DataSet) -> Iterator[Target]:
    """Start the server and wait until /readyz answers, without a GraphQL request."""
    port = free_port()
    process = Process(
        server.command_at(port), {**server.environment, **GENEROUS_LIMITS}, data.folder / "log-memory.txt"
    )
    try:
        ready = f"http://127.0.0.1:{port}/readyz"
        wait_until_ready(server.name, process, lambda: urlopen(ready, timeout=5).close())
        headers = ("Authorization", f"Bearer {token(data)}", "Customer360-Purpose", PURPOSE)
        yield Target(server.name, port, process.pid, headers, server.documents)
    finally:
        process.stop()


if __name__ == "__main__":
    main()

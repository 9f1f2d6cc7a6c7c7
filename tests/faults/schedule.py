"""`python -m tests.faults.schedule --seed 7 --seconds 600`: databases and workers fail by a schedule, under load."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import click
import psutil

from auth.departments import DEPARTMENTS
from datasources.engine.pools import embedded
from datasources.sample.seed import seed as fill
from migrations.upgrade import upgrade
from tests.conftest import SEEDED_TODAY
from tests.faults.events import KILLED, LEAVING, Event, events
from tests.faults.processes import Serving, serving
from tests.faults.proxy import Mode, Proxy, proxies
from tests.faults.served import CARD, Answered, read, request
from tests.faults.tally import Tally

CLIENTS, WORKERS, POOL, CUSTOMERS = 6, 2, 4, 20
DEADLINE_MS, BUDGET_MS = 1000, 500
# A document that asks every department, and one that asks core and one other.
SALES = """query($number: String!) { customer(by: {number: $number}) { number
  sales { orders(first: 2) { nodes { number } } } } }"""
DOCUMENTS = {"card": CARD, "sales": SALES}
LEFT = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'customer360' AND state = 'active'"
KEPT = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'customer360'"


@dataclass
class Run:
    """One run: the server, what its databases are doing, and what came of it."""

    server: Serving
    token: str
    by: Mapping[str, Proxy]
    rng: Random
    tally: Tally = field(default_factory=Tally)
    whole: dict[tuple[str, str], Any] = field(default_factory=dict)
    now: Event | None = None
    cut: int = 0
    is_over: bool = False

    async def ask(self, name: str, number: str) -> Answered:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        try:
            writer.write(request(self.token, DOCUMENTS[name], number=number))
            async with asyncio.timeout(30):
                return await read(reader)
        finally:
            writer.close()

    async def learn(self) -> None:
        """The answers while nothing is wrong; then each has been seen, and they are what is compared with."""
        for name in DOCUMENTS:
            for n in range(1, CUSTOMERS + 1):
                answered = await self.ask(name, number := f"C-{n:06}")
                assert "errors" not in answered.body, answered.body
                self.whole[name, number] = answered.body["data"]

    async def client(self) -> None:
        while not self.is_over:
            await asyncio.sleep(self.rng.uniform(0, 0.06))
            name, number = self.rng.choice(list(self.whole))
            before, began = self.now, time.perf_counter()
            if before is not None and before.what == LEAVING and self.rng.random() < 0.5:
                await self._leave(name, number)
                continue
            try:
                answered = await self.ask(name, number)
            except (OSError, asyncio.IncompleteReadError):
                self.cut += 1
                continue
            taken = time.perf_counter() - began
            kinds = _kinds(name, before) if before == self.now else ()
            self.tally.add(answered, self.whole[name, number], taken, *kinds)

    async def _leave(self, name: str, number: str) -> None:
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
            writer.write(request(self.token, DOCUMENTS[name], number=number))
            await asyncio.sleep(self.rng.uniform(0, 0.05))
            writer.transport.abort()

    async def happen(self, schedule: list[Event]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for event in schedule:
            await asyncio.sleep(began + event.begins - loop.time())
            self.now = event
            self._begin(event)
            await asyncio.sleep(began + event.ends - loop.time())
            if event.department is not None:
                self.by[event.department].be(Mode.WELL)
            self.now = None

    def _begin(self, event: Event) -> None:
        click.echo(f"{event.begins:7.1f} to {event.ends:7.1f} s  {event.what} {event.department or ''}")
        if event.department is not None:
            self.by[event.department].be(Mode(event.what))
        elif event.what == KILLED:
            workers = psutil.Process(self.server.process.pid).children()
            workers[self.rng.randrange(len(workers))].kill()


def _kinds(name: str, event: Event | None) -> tuple[str, ...]:
    if event is None:
        return (f"{name}, all well",)
    is_touched = event.department in (None, "core", "sales") or name == "card"
    return (f"{name}, {event.what}" if is_touched else f"{name}, others' trouble",)


async def _settled(run: Run) -> None:
    """Everything is as it was: whole answers, nothing that runs, no more connections than there may be."""
    # Nothing tells when the last breaker closes.
    async with asyncio.timeout(60):
        for name, number in run.whole:
            while (await run.ask(name, number)).body.get("data") != run.whole[name, number]:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.1)


async def _count(url: str, sql: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval(sql))
    finally:
        await connection.close()


@contextmanager
def _postgres() -> Iterator[str]:
    with TemporaryDirectory(prefix="customer360-", ignore_cleanup_errors=True) as folder:
        server = embedded.join(Path(folder), durable=False)
        try:
            yield server.url()
        finally:
            server.stop()


async def _databases(url: str) -> dict[str, str]:
    connection = await asyncpg.connect(url)
    for department in DEPARTMENTS:
        await connection.execute(f"CREATE DATABASE faults_{department} TEMPLATE template0")
    await connection.close()
    addresses = {department: url.replace("/customer360?", f"/faults_{department}?") for department in DEPARTMENTS}
    await upgrade(addresses)
    await fill(addresses, customers=CUSTOMERS, seed=7, today=SEEDED_TODAY)
    return addresses


@asynccontextmanager
async def _started(urls: dict[str, str], folder: Path, given: dict[str, str]) -> AsyncIterator[Serving]:
    """The server starts and ends in a thread: it is reached through proxies that live in this loop."""
    server = serving(urls, folder, "server", "--workers", str(WORKERS), oauth="off", log_level="error", **given)
    opened = await asyncio.to_thread(server.__enter__)
    try:
        yield opened
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


async def run(url: str, folder: Path, seed: int, seconds: float) -> Run:
    """One run of the schedule of this seed. Wrong answers are in its tally."""
    addresses = await _databases(url)
    given = {"deadline_ms": str(DEADLINE_MS), "department_budget_ms": str(BUDGET_MS), "pool_size": str(POOL)}
    async with proxies(addresses, DEPARTMENTS) as by:
        urls = {department: proxy.url for department, proxy in by.items()}
        async with _started(urls, folder, given) as server:
            rng = Random(seed)  # noqa: S311 - it is to be had again
            found = Run(server, await asyncio.to_thread(server.token), by, rng)
            await found.learn()
            clients = [asyncio.create_task(found.client()) for _ in range(CLIENTS)]
            await found.happen(events(seed, seconds))
            found.is_over = True
            await asyncio.gather(*clients)
            await _settled(found)
            assert await _count(url, LEFT) == 0
            assert await _count(url, KEPT) <= WORKERS * POOL * len(DEPARTMENTS)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.schedule", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=600)
    asked = parser.parse_args()
    with _postgres() as url, TemporaryDirectory(prefix="customer360-") as folder:
        found = asyncio.run(run(url, Path(folder), asked.seed, asked.seconds))
        said = found.server.said.read_text()
    click.echo("\n".join(found.tally.lines(DEADLINE_MS / 1000)))
    click.echo(f"{found.cut} connections cut with workers that were killed; {len(found.tally.wrong)} wrong answers")
    click.echo("\n".join([*found.tally.wrong[:10], "The server said:", said[-5000:]]))
    sys.exit(bool(found.tally.wrong))


if __name__ == "__main__":
    main()

"""A history of workers that are killed at random: no job is lost, and each attempt is counted before its work."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from datasources.jobs.queue import JobQueue
from tests.house.project import ROOT

if TYPE_CHECKING:
    import asyncpg

JOBS, POISON, WORKERS, SEED = 120, 2, 3, 16
MAX_ATTEMPTS, POISON_ATTEMPTS = 50, 3
KILLS = 20
WORKER = Path(__file__).with_name("worker.py")
BEGAN = "SELECT number, count(*) AS times FROM began GROUP BY number"


class Herd:
    """Worker processes; one that is gone is replaced."""

    def __init__(self, address: str) -> None:
        self._command = (sys.executable, str(WORKER), address)
        self._processes = [self._start() for _ in range(WORKERS)]
        self.killed = 0

    def kill(self, rng: Random) -> None:
        self._processes[rng.randrange(WORKERS)].kill()
        self.killed += 1

    def replace_dead(self) -> None:
        for at, process in enumerate(self._processes):
            if process.poll() is not None:
                self._processes[at] = self._start()

    def end(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(self._command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL)


@pytest.mark.slow
async def test_every_job_is_done_and_poison_becomes_a_dead_letter(
    addresses: dict[str, str], queue: JobQueue, connection: "asyncpg.Connection[Any]"
) -> None:
    await connection.execute("CREATE TABLE began (number integer); CREATE TABLE done (number integer)")
    for number in range(JOBS + POISON):
        poison = number >= JOBS
        attempts = POISON_ATTEMPTS if poison else MAX_ATTEMPTS
        await queue.add("work", {"number": number, "poison": poison}, max_attempts=attempts)
    herd = Herd(addresses["core"])
    try:
        await _kill_until_settled(herd, queue, Random(SEED))  # noqa: S311 - repeatable, not secret
    finally:
        herd.end()
    done = {row["number"] for row in await connection.fetch("SELECT DISTINCT number FROM done")}
    assert done == set(range(JOBS))
    left = [(row["state"], row["arguments"]["number"], row["attempts"]) for row in await queue.rows()]
    assert left == [("dead", JOBS + at, POISON_ATTEMPTS) for at in range(POISON)]
    began = {row["number"]: row["times"] for row in await connection.fetch(BEGAN)}
    assert [began[JOBS + at] <= POISON_ATTEMPTS for at in range(POISON)] == [True] * POISON, "an uncounted attempt"
    assert herd.killed == KILLS


async def _kill_until_settled(herd: Herd, queue: JobQueue, rng: Random) -> None:
    async with asyncio.timeout(120):
        while herd.killed < KILLS or any(row["state"] != "dead" for row in await queue.rows()):
            await asyncio.sleep(rng.uniform(0.1, 0.6))
            if herd.killed < KILLS:
                herd.kill(rng)
            herd.replace_dead()

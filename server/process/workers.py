"""Runs several worker processes on one socket: starts, replaces and ends them."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from auth.rates import OwnBuckets, Rate
from server.process.draining import RETIRE
from server.process.pulse import MAX_MISSED_BEATS, SECONDS_BETWEEN_BEATS, Pulse

log = logging.getLogger("customer360.workers")

SECONDS_TO_START = 60
# Time to end after the drain period: requests in flight, and closing connections.
SECONDS_TO_END = 15
# Pause before a worker that failed to start is tried again.
SECONDS_BETWEEN_TRIES = 1.0
# Lost workers are replaced at this rate, with a burst of all: a fault that ends every worker is not cured by faster
# restarts, and an overloaded machine would become slower still.
SECONDS_PER_REPLACEMENT = 30.0
# By module, because the script may have been called by another name.
COMMAND = (sys.executable, "-m", "server.commands.cli", "worker")


class WorkerFailed(Exception):
    """A worker ended before it answered. Its own message was printed before."""


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """One process and its pulse. It stops when the parent's end of the line closes, even if the parent is killed."""

    process: asyncio.subprocess.Process
    pulse: Pulse


class Workers:
    """Keeps `count` workers running. They share the socket and nothing else."""

    def __init__(self, listener: socket.socket, count: int, environment: Mapping[str, str], *arguments: str) -> None:
        self._listener = listener
        self._count = count
        self._environment = environment
        self._arguments = arguments
        self._running: list[Worker] = []
        self._watches: set[asyncio.Task[None]] = set()
        self._signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
        self._rate = Rate(count, count / SECONDS_PER_REPLACEMENT)
        self._turns = OwnBuckets()
        self._is_ending = False

    async def run(self, announce: Callable[[], None], grace: float) -> None:
        """Run until SIGTERM or Ctrl+C, which is passed on to all workers. SIGHUP replaces them one by one."""
        loop, received = asyncio.get_running_loop(), signal.SIGINT
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._signals.put_nowait, number)
        try:
            await asyncio.gather(*(self._add() for _ in range(self._count)))
            announce()
            while (received := await self._signals.get()) == signal.SIGHUP:
                await self._replace_all()
        finally:
            await self._end_all(received, grace)

    async def _add(self) -> None:
        worker = await self._start_worker()
        self._running.append(worker)
        watch = asyncio.create_task(self._watch(worker))
        self._watches.add(watch)
        watch.add_done_callback(self._watches.discard)

    async def _start_worker(self) -> Worker:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        with theirs:
            descriptors = self._listener.fileno(), theirs.fileno()
            process = await asyncio.create_subprocess_exec(
                *(*COMMAND, *map(str, descriptors), *self._arguments),
                env={**self._environment},
                pass_fds=descriptors,
                # Only this process receives Ctrl+C; it passes the signal on.
                process_group=0,
            )
        worker = Worker(process, Pulse(ours))
        try:
            async with asyncio.timeout(SECONDS_TO_START):
                is_ready = await worker.pulse.began()
        except TimeoutError:
            is_ready = False
        if not is_ready:
            await _end(worker, signal.SIGKILL, 0)
            raise WorkerFailed(f"a worker ended before it answered, with exit code {process.returncode}")
        return worker

    async def _watch(self, worker: Worker) -> None:
        """Replace the worker when it ends, is killed or stops beating."""
        why = await _wait_until_lost(worker)
        if self._is_ending or worker not in self._running:
            return
        log.error("a worker %s; another takes its place", why)
        await self._wait_for_replacement()
        # SIGHUP may have replaced it meanwhile.
        if worker in self._running:
            self._running.remove(worker)
            await _end(worker, signal.SIGKILL, SECONDS_TO_END)
            await self._add_replacement()

    async def _wait_for_replacement(self) -> None:
        """Wait until the rate allows another replacement."""
        while not (level := self._turns.take("", 1, self._rate)).is_enough:  # noqa: ASYNC110 - it waits for time to pass
            await asyncio.sleep((1 - level.left) / self._rate.per_second)

    async def _add_replacement(self) -> None:
        while not self._is_ending:
            try:
                await self._add()
            except WorkerFailed as error:
                log.error("%s", error)
                await asyncio.sleep(SECONDS_BETWEEN_TRIES)
            else:
                return

    async def _replace_all(self) -> None:
        for old in list(self._running):
            if not self._signals.empty():
                # Because another signal is waiting, this round ends.
                return
            try:
                await self._add()
            except WorkerFailed as error:
                log.error("%s; those who run go on", error)
                return
            if old in self._running:
                self._running.remove(old)
                await _end(old, RETIRE, SECONDS_TO_END)
        log.warning("all workers are replaced")

    async def _end_all(self, number: signal.Signals, grace: float) -> None:
        self._is_ending = True
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*(_end(each, number, grace + SECONDS_TO_END) for each in self._running))


async def _wait_until_lost(worker: Worker) -> str:
    """Wait until the worker has ended or stopped beating. Returns the reason for the log."""
    while not worker.pulse.has_ceased():
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_BETWEEN_BEATS):
                return f"ended with exit code {await worker.process.wait()}"
    return f"has stood still for {SECONDS_BETWEEN_BEATS * MAX_MISSED_BEATS:.0f} seconds"


async def _end(worker: Worker, number: signal.Signals, seconds: float) -> None:
    with suppress(ProcessLookupError):
        worker.process.send_signal(number)
    try:
        async with asyncio.timeout(seconds):
            await worker.process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            worker.process.kill()
        await worker.process.wait()
    worker.pulse.stop()


def worker_environment(addresses: Mapping[str, str], host: str, port: int) -> dict[str, str]:
    """The workers' environment: this one, with the resolved database addresses and the bound port."""
    keys = {f"CUSTOMER360_{department.upper()}_DATABASE_URL": url for department, url in addresses.items()}
    given = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in keys}
    # Because buckets per worker would multiply a client's rate, all workers share core's.
    common = {"CUSTOMER360_RATE_STORE": "core"}
    return {**given, **keys, **common, "CUSTOMER360_HOST": host, "CUSTOMER360_PORT": str(port)}

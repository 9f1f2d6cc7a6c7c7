"""Several processes on one socket: started, replaced one by one, and ended together."""

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
# What a worker may take to end beyond its grace: its requests in flight, and closing what it opened.
SECONDS_TO_END = 15
# One that cannot start is not tried again at once.
SECONDS_BETWEEN_TRIES = 1.0
# All may be lost at once, and then each as often as this: what harms one worker after the other is not mended by haste,
# and a machine that is too slow for all of them would be slower still.
SECONDS_FOR_EACH = 30.0
# The program itself, whatever the name is by which it was called.
COMMAND = (sys.executable, "-m", "server.commands.cli", "worker")


class WorkerFailed(Exception):
    """A worker ended before it answered. What it said stands above."""


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """One process, and what we hear of it. It ends when the line between us does, even if we are killed."""

    process: asyncio.subprocess.Process
    pulse: Pulse


class Workers:
    """Keeps so many workers running. They share the socket and nothing else."""

    def __init__(self, listener: socket.socket, count: int, environment: Mapping[str, str], *arguments: str) -> None:
        self._listener = listener
        self._count = count
        self._environment = environment
        self._arguments = arguments
        self._running: list[Worker] = []
        self._watches: set[asyncio.Task[None]] = set()
        self._signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
        self._rate = Rate(count, count / SECONDS_FOR_EACH)
        self._turns = OwnBuckets()
        self._is_ending = False

    async def run(self, announce: Callable[[], None], grace: float) -> None:
        """Until SIGTERM or Ctrl+C, which all workers are told. SIGHUP replaces them one by one."""
        loop, told = asyncio.get_running_loop(), signal.SIGINT
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self._signals.put_nowait, number)
        try:
            await asyncio.gather(*(self._add() for _ in range(self._count)))
            announce()
            while (told := await self._signals.get()) == signal.SIGHUP:
                await self._replace_all()
        finally:
            await self._end_all(told, grace)

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
            given = self._listener.fileno(), theirs.fileno()
            process = await asyncio.create_subprocess_exec(
                *(*COMMAND, *map(str, given), *self._arguments),
                env={**self._environment},
                pass_fds=given,
                # Ctrl+C is for us; we pass it on.
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
        """Another takes the place of one that ends by itself, is killed, or stands still."""
        why = await _wait_until_lost(worker)
        if self._is_ending or worker not in self._running:
            return
        log.error("a worker %s; another takes its place", why)
        await self._turn()
        # Meanwhile it may have been replaced with all others.
        if worker in self._running:
            self._running.remove(worker)
            await _end(worker, signal.SIGKILL, SECONDS_TO_END)
            await self._put_in_place()

    async def _turn(self) -> None:
        """Until another may be replaced."""
        while not (level := self._turns.take("", 1, self._rate)).is_enough:  # noqa: ASYNC110 - it waits for time to pass
            await asyncio.sleep((1 - level.left) / self._rate.per_second)

    async def _put_in_place(self) -> None:
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
                # To end, or to begin again.
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
    """What became of it, once it is of no use any more."""
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
    """What workers are told: our settings, with the addresses as they were found and the port as it was taken."""
    keys = {f"CUSTOMER360_{department.upper()}_DATABASE_URL": url for department, url in addresses.items()}
    given = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in keys}
    # Buckets of their own would give a client as much again from each worker.
    common = {"CUSTOMER360_RATE_STORE": "core"}
    return {**given, **keys, **common, "CUSTOMER360_HOST": host, "CUSTOMER360_PORT": str(port)}

"""Starts `customer360 jobs run` beside the workers, starts it again when it ends, and ends it in order."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from server.backend import Backend, Opener

log = logging.getLogger("customer360.jobs")

COMMAND = (sys.executable, "-m", "server.commands.cli", "jobs", "run", "--line")
SECONDS_TO_END = 15.0
SECONDS_BETWEEN_STARTS = 5.0


@asynccontextmanager
async def jobs_process(addresses: Mapping[str, str]) -> AsyncIterator[None]:
    """The process runs within this context, with the addresses as they were found."""
    keeping = asyncio.create_task(_keep_running(_environment(addresses)))
    try:
        yield
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping


def with_jobs(open_backend: "Opener", addresses: Mapping[str, str]) -> "Opener":
    """For a process that serves alone: what it opens, with the process that runs jobs beside it."""

    @asynccontextmanager
    async def opened() -> "AsyncIterator[Backend]":
        async with open_backend() as backend, jobs_process(addresses):
            yield backend

    return opened


async def _keep_running(environment: Mapping[str, str]) -> None:
    while True:
        try:
            code = await _run_once(environment)
            log.error("the process that runs jobs ended with exit code %s; it is started again", code)
        except OSError as error:
            log.error("the process that runs jobs cannot be started: %s", error.strerror)
        await asyncio.sleep(SECONDS_BETWEEN_STARTS)


async def _run_once(environment: Mapping[str, str]) -> int:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *COMMAND,
                str(theirs.fileno()),
                env=dict(environment),
                pass_fds=[theirs.fileno()],
                # Ctrl+C is for the parent, which ends this process in order.
                start_new_session=True,
            )
        try:
            return await process.wait()
        finally:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(SECONDS_TO_END):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _environment(addresses: Mapping[str, str]) -> dict[str, str]:
    keys = {f"CUSTOMER360_{department.upper()}_DATABASE_URL": url for department, url in addresses.items()}
    kept = {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in keys}
    return {**kept, **keys}

"""`customer360 jobs run`: the process that does what has to be done once, not in every worker."""

import asyncio
import signal
import socket
from collections.abc import Mapping

from datasources.jobs.queue import JobQueue
from server.jobs.kinds import SCHEDULES, handlers
from server.jobs.runner import JobRunner


async def run_jobs_until_signal(addresses: Mapping[str, str], line: socket.socket | None) -> None:
    """Until SIGTERM, Ctrl+C, or the end of the line to the process that started this one."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if line is not None:
        # Nothing is sent on it; it becomes readable when the other end is closed.
        loop.add_reader(line, stop.set)
    try:
        async with JobQueue.open(addresses["core"]) as queue:
            await JobRunner(queue, handlers(queue), SCHEDULES).run(stop)
    finally:
        if line is not None:
            loop.remove_reader(line)

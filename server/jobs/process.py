"""`customer360 jobs run`: the process that does what has to be done once, not in every worker."""

import asyncio
import signal
import socket
from collections.abc import Mapping

from datasources.events.leader import lead_all
from datasources.jobs.queue import JobQueue
from server.jobs.kinds import SCHEDULES, handlers
from server.jobs.runner import JobRunner
from server.settings.environment import Settings


async def run_jobs_until_signal(settings: Settings, addresses: Mapping[str, str], line: socket.socket | None) -> None:
    """Lead the departments' events and run jobs, until SIGTERM, Ctrl+C, or the end of the line to the parent."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if line is not None:
        # Nothing is sent on it; it becomes readable when the other end is closed.
        loop.add_reader(line, stop.set)
    try:
        core = addresses["core"]
        async with JobQueue.open(core) as queue, asyncio.TaskGroup() as group:
            runner = JobRunner(queue, handlers(queue, core, settings.change_days), SCHEDULES)
            group.create_task(runner.run(stop))
            group.create_task(lead_all(addresses, stop))
    finally:
        if line is not None:
            loop.remove_reader(line)

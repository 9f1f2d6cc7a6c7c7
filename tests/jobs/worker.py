"""A worker of the history test, as a process that is killed: `python worker.py ADDRESS`.

A job writes down that an attempt began and, some time later, that it is done; one that says `poison` kills its worker.
"""

import asyncio
import os
import random
import signal
import sys
from collections.abc import Mapping
from typing import Any

from datasources.engine.pools.sessions import MAINTENANCE, driver_pool
from datasources.jobs.queue import JobQueue
from server.jobs.runner import JobRunner


async def main(address: str) -> None:
    journal = driver_pool(address, MAINTENANCE, size=2, seconds=10)
    async with JobQueue.open(address) as queue, journal as pool:

        async def work(arguments: Mapping[str, Any]) -> None:
            number = arguments["number"]
            await pool.execute("INSERT INTO began VALUES ($1)", number)
            if arguments["poison"]:
                os.kill(os.getpid(), signal.SIGKILL)
            await asyncio.sleep(random.random() / 20)  # noqa: S311 - it only spreads the kills over the steps
            await pool.execute("INSERT INTO done VALUES ($1)", number)

        runner = JobRunner(queue, {"work": work}, {}, lease_seconds=1.0, idle_seconds=0.02, backoff_unit=0.01)
        await runner.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

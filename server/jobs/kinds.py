"""The kinds of job that this process does, and when those that come regularly are due."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from datasources.jobs.cron import Cron
from datasources.jobs.queue import JobQueue
from server.jobs.runner import Handler

DEAD_LETTER_DAYS = 30

# Minute, hour, day, month and day of week, in UTC.
SCHEDULES: Mapping[str, Cron] = {"forget-dead-letters": Cron.parse("10 3 * * *")}


def handlers(queue: JobQueue) -> Mapping[str, Handler]:
    return {"forget-dead-letters": partial(_forget_dead_letters, queue)}


async def _forget_dead_letters(queue: JobQueue, _: Mapping[str, Any]) -> None:
    await queue.forget_dead(DEAD_LETTER_DAYS)

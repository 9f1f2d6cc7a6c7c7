"""The kinds of job that this process does, and when those that come regularly are due."""

from collections.abc import Mapping
from typing import Any

from datasources.events.retention import forget_activity, forget_changes
from datasources.jobs.cron import Cron
from datasources.jobs.queue import JobQueue
from server.jobs.runner import Handler

DEAD_LETTER_DAYS = 30

# Minute, hour, day, month and day of week, in UTC.
SCHEDULES: Mapping[str, Cron] = {
    "forget-dead-letters": Cron.parse("10 3 * * *"),
    "forget-changes": Cron.parse("20 3 * * *"),
    # Soon after midnight: retention ends with a day.
    "forget-activity": Cron.parse("5 0 * * *"),
}


def handlers(queue: JobQueue, core: str, change_days: int) -> Mapping[str, Handler]:
    """By kind. `core` is the address of core's database."""

    async def dead_letters(_: Mapping[str, Any]) -> None:
        await queue.forget_dead(DEAD_LETTER_DAYS)

    async def changes(_: Mapping[str, Any]) -> None:
        await forget_changes(core, change_days)

    async def activity(_: Mapping[str, Any]) -> None:
        await forget_activity(core)

    return {"forget-dead-letters": dead_letters, "forget-changes": changes, "forget-activity": activity}

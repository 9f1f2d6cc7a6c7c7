"""One batch of a department's events: applied to core's read models, numbered, and taken from the queue."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datasources.events import activity, statements
from datasources.events.registry import kinds_of

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[Any]

log = logging.getLogger("customer360.events")


@dataclass(frozen=True, slots=True)
class Queue:
    """A department's queue and core. Fused, both are one connection, and so one transaction."""

    department: str
    source: Connection
    core: Connection

    @property
    def is_fused(self) -> bool:
        return self.source is self.core


async def take_batch(queue: Queue) -> int:
    """Apply and number the events that wait, at most MAX_EVENTS, and return how many there were.

    Apart, they are applied first and deleted after: when that is interrupted, they are applied again, which changes
    nothing.
    """
    async with queue.core.transaction():
        await queue.core.execute(statements.LOCK_BATCH, queue.department)
        row = await queue.source.fetchrow(statements.read(queue.department))
        if row is None or row["sequences"] is None:
            return 0
        sequences, events = row
        await activity.apply(queue.department, queue.source, queue.core, events)
        await _number(queue, events, len(sequences))
        if queue.is_fused:
            await _delete(queue, sequences)
    if not queue.is_fused:
        await _delete(queue, sequences)
    return len(sequences)


async def _number(queue: Queue, events: str, count: int) -> None:
    await queue.core.execute(statements.LOCK_POSITIONS)
    row = await queue.core.fetchrow(statements.NUMBER, events, queue.department, list(kinds_of(queue.department)))
    assert row is not None
    numbered, own = row
    if own < count:
        log.error(
            "%d events of %s are of a kind that it does not have; they are dropped", count - own, queue.department
        )
    if numbered:
        await queue.core.execute(statements.NOTIFY)


async def _delete(queue: Queue, sequences: list[int]) -> None:
    await queue.source.execute(statements.delete(queue.department), sequences)

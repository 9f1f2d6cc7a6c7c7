"""Proves activity against the departments' rows, and makes it anew from them.

A department's rows are copied beside core's activity and compared there. Meanwhile its leader waits, and what its queue
still holds is no difference: it has happened, and is applied next.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from datasources.engine.pools.sessions import connected, event_session
from datasources.events.activity import COLUMNS, activity_kinds, all_entries, pending_entries
from datasources.events.registry import EVENTS
from datasources.events.statements import LOCK_BATCH

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[Any]

_MAX_CHUNKS = 64
_CREATE = f"""
    CREATE TEMPORARY TABLE truth ON COMMIT DROP AS SELECT {COLUMNS} FROM core.activity WITH NO DATA;
    CREATE TEMPORARY TABLE pending (customer_id uuid, kind text, id uuid) ON COMMIT DROP
"""  # noqa: S608 - our own names
_PREPARE = """
    DELETE FROM truth WHERE retain_until < current_date;
    CREATE INDEX ON truth (customer_id, kind, id);
    ANALYZE truth, pending
"""

_MISSING = "NOT EXISTS (SELECT FROM truth WHERE (customer_id, kind, id) = (kept.customer_id, kept.kind, kept.id))"
# Rows past their retention are no difference, whether the job that forgets them has run or not.
_DIFFERING = """
    WITH kept AS (
        SELECT * FROM core.activity WHERE kind = ANY ($1) AND (retain_until IS NULL OR retain_until >= current_date)
    )
    SELECT count(*) FILTER (WHERE differs), count(*) FROM (
        SELECT (truth.id IS NULL OR kept.id IS NULL OR
                ROW (truth.at, truth.channel, truth.direction, truth.retain_until)
                    IS DISTINCT FROM ROW (kept.at, kept.channel, kept.direction, kept.retain_until))
            AND NOT EXISTS (
                SELECT FROM pending
                WHERE pending.customer_id = coalesce(truth.customer_id, kept.customer_id)
                    AND pending.kind = coalesce(truth.kind, kept.kind) AND pending.id = coalesce(truth.id, kept.id)
            ) AS differs
        FROM truth FULL JOIN kept USING (customer_id, kind, id)
    ) AS compared
"""
_REMOVE = f"DELETE FROM core.activity AS kept WHERE kind = ANY ($1) AND {_MISSING}"  # noqa: S608 - our own names
_UPSERT = f"""
    INSERT INTO core.activity AS kept ({COLUMNS}) SELECT {COLUMNS} FROM truth
    ON CONFLICT (customer_id, kind, id) DO UPDATE SET
        at = EXCLUDED.at, channel = EXCLUDED.channel, direction = EXCLUDED.direction,
        retain_until = EXCLUDED.retain_until
    WHERE ROW (kept.at, kept.channel, kept.direction, kept.retain_until)
        IS DISTINCT FROM ROW (EXCLUDED.at, EXCLUDED.channel, EXCLUDED.direction, EXCLUDED.retain_until)
"""  # noqa: S608 - our own names


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many rows of a department's activity were compared, and how many of them differ."""

    department: str
    compared: int
    differing: int


async def verify(addresses: Mapping[str, str]) -> list[Comparison]:
    """Compare the activity of each department that has an address with its rows."""
    found = []
    for department in _recording(addresses):
        async with _truth(addresses, department) as core:
            found.append(await _compare(core, department))
    return found


async def rebuild(addresses: Mapping[str, str]) -> list[Comparison]:
    """Make it equal to the rows. Returns what differed."""
    found = []
    for department in _recording(addresses):
        async with _truth(addresses, department) as core:
            found.append(await _compare(core, department))
            await core.execute(_REMOVE, activity_kinds(department))
            await core.execute(_UPSERT)
    return found


def _recording(addresses: Mapping[str, str]) -> list[str]:
    return [department for department in addresses if department in EVENTS]


async def _compare(core: Connection, department: str) -> Comparison:
    row = await core.fetchrow(_DIFFERING, activity_kinds(department))
    assert row is not None
    differing, compared = row
    return Comparison(department, compared, differing)


@asynccontextmanager
async def _truth(addresses: Mapping[str, str], department: str) -> AsyncIterator[Connection]:
    """A transaction in core, in which `truth` has the activity that follows from the department's rows, and `pending`
    the rows that its queue names. Both come from one snapshot of the department, taken while its leader waits.
    """
    async with (
        connected(addresses["core"], event_session()) as core,
        connected(addresses[department], event_session()) as source,
        core.transaction(),
    ):
        await core.execute(LOCK_BATCH, department)
        await core.execute(_CREATE)
        async with source.transaction(isolation="repeatable_read", readonly=True):
            await _copy(source, all_entries(department), core, "truth")
            await _copy(source, pending_entries(department), core, "pending")
        await core.execute(_PREPARE)
        yield core


async def _copy(source: Connection, query: str, core: Connection, table: str) -> None:
    """The query's rows into the table, in constant memory; nothing is decoded on the way."""
    chunks: asyncio.Queue[bytes] = asyncio.Queue(_MAX_CHUNKS)

    async def read() -> None:
        await source.copy_from_query(query, output=chunks.put, format="binary")
        await chunks.put(b"")

    async def received() -> AsyncIterator[bytes]:
        while chunk := await chunks.get():
            yield chunk

    async with asyncio.TaskGroup() as group:
        group.create_task(read())
        await core.copy_to_table(table, source=received(), format="binary")

"""Core's activity: what happened to each customer, worked out from the departments' rows.

A row of activity follows from the row it is about and from nothing else, so that applying events twice, or in another
order, comes to the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from datasources.events.registry import EVENTS
from datasources.recording.kinds import EventKind, TableEvents
from datasources.recording.recorders import moment_of

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[Any]

COLUMNS = "customer_id, kind, id, at, channel, direction, retain_until"
_TYPES = "customer_id uuid, kind text, id uuid, at timestamptz, channel text, direction text, retain_until date"
_NAMED = """
    WITH named AS (
        SELECT DISTINCT customer_id, kind, row_id
        FROM json_to_recordset($1::text::json) AS named (customer_id uuid, kind text, row_id uuid)
    )
    SELECT coalesce(json_agg(entry), '[]')::text FROM ({entries}) AS entry
"""
# What is past its retention is as if it were not there. The session's time zone is UTC.
_APPLY = f"""
    WITH item AS (
        SELECT *, coalesce(retain_until >= current_date, true) AS is_kept
        FROM json_to_recordset($2::text::json) AS item ({_TYPES})
    ), named AS (
        SELECT customer_id, kind, row_id AS id
        FROM json_to_recordset($1::text::json) AS named (customer_id uuid, kind text, row_id uuid)
        WHERE kind = ANY ($3)
        UNION SELECT customer_id, kind, id FROM item
        EXCEPT SELECT customer_id, kind, id FROM item WHERE is_kept
    ), gone AS (
        DELETE FROM core.activity AS kept USING named
        WHERE (kept.customer_id, kept.kind, kept.id) = (named.customer_id, named.kind, named.id)
    )
    INSERT INTO core.activity AS kept ({COLUMNS}) SELECT {COLUMNS} FROM item WHERE is_kept
    ON CONFLICT (customer_id, kind, id) DO UPDATE
    SET (at, channel, direction, retain_until) =
        ROW (EXCLUDED.at, EXCLUDED.channel, EXCLUDED.direction, EXCLUDED.retain_until)
    WHERE (kept.at, kept.channel, kept.direction, kept.retain_until)
        IS DISTINCT FROM (EXCLUDED.at, EXCLUDED.channel, EXCLUDED.direction, EXCLUDED.retain_until)
"""  # noqa: S608 - our own names


async def apply(department: str, source: Connection, core: Connection, events: str) -> None:
    """Bring the activity of the rows that these events name to what the rows are now."""
    entries = await source.fetchval(_NAMED.format(entries=_entries(department, is_named=True)), events)
    # Only the department's own kinds, because its queue may hold forged events.
    await core.execute(_APPLY, events, entries, activity_kinds(department))


def all_entries(department: str) -> str:
    """A statement that gives the activity of all rows of a department."""
    return _entries(department, is_named=False)


def pending_entries(department: str) -> str:
    """A statement that gives the keys of the activity that the department's queue names."""
    entries = _entries(department, is_named=True)
    return (
        f"WITH named AS (SELECT DISTINCT customer_id, kind, row_id FROM {department}.event)"  # noqa: S608
        f" SELECT customer_id, kind, row_id FROM named UNION SELECT customer_id, kind, id FROM ({entries}) AS entry"
    )


def activity_kinds(department: str) -> list[str]:
    """The kinds of a department that stand in a timeline."""
    return [kind.name for _, kind in _kinds_with_entry(department)]


def _kinds_with_entry(department: str) -> Iterator[tuple[TableEvents, EventKind]]:
    for events in EVENTS[department]:
        yield from ((events, kind) for kind in events.kinds if kind.entry is not None)


def _entries(department: str, *, is_named: bool) -> str:
    selects = [
        _entries_of(events, kind, named)
        for events, kind in _kinds_with_entry(department)
        for named in (_names(events, kind) if is_named else [""])
    ]
    # A row may be named twice: by itself, and by the one that it lives as long as.
    return (" UNION " if is_named else " UNION ALL ").join(selects)


def _entries_of(events: TableEvents, kind: EventKind, named: str) -> str:
    entry = kind.entry
    assert entry is not None
    channel, direction = (f"item.{name}" if name else "NULL" for name in (entry.channel, entry.direction))
    where = f" WHERE {kind.where.format(row='item')}" if kind.where is not None else ""
    return (
        f"SELECT item.{events.owner} AS customer_id, '{kind.name}'::text AS kind, item.{events.row} AS id,"  # noqa: S608
        f" {moment_of(events, entry.at, 'item')} AS at, {channel}::text AS channel, {direction}::text AS direction,"
        f" {_retention(events)}::date AS retain_until FROM {events.table.fullname} AS item{named}{where}"
    )


def _names(events: TableEvents, kind: EventKind) -> Iterator[str]:
    """By which named rows it is found: its own, and the one that it lives as long as."""
    yield _join(events.row, kind.name, events.owner)
    if events.lives_with is not None:
        other, column = events.lives_with
        yield _join(column, _kind_of(other.fullname), events.owner)


def _join(column: str, kind: str, owner: str) -> str:
    return f" JOIN named ON named.kind = '{kind}' AND named.customer_id = item.{owner} AND named.row_id = item.{column}"


def _kind_of(table: str) -> str:
    """The kind of entry that a table's rows are."""
    (name,) = (
        kind.name
        for department in EVENTS
        for events, kind in _kinds_with_entry(department)
        if events.table.fullname == table
    )
    return name


def _retention(events: TableEvents) -> str:
    if events.lives_with is None:
        return f"item.{events.retain_until}" if events.retain_until else "NULL"
    other, column = events.lives_with
    same = f"other.customer_id = item.{events.owner} AND other.id = item.{column}"
    return f"(SELECT other.retain_until FROM {other.fullname} AS other WHERE {same})"  # noqa: S608

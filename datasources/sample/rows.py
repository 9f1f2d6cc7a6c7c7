"""Rows collected by table and sent to the departments' tables by COPY."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Table

from datasources.core import tables as core

# Columns that the database fills: flags by trigger, the ledger's sequence by identity.
DATABASE_COLUMNS = {
    core.customer: {
        "flags",
        "direct_marketing_until",
        "profiling_until",
        "partner_sharing_until",
        "special_categories_until",
        "minor_until",
    },
    core.privacy_event: {"sequence"},
}


class Rows:
    """A batch of rows for many tables; parents come before children in the order of their first row."""

    def __init__(self) -> None:
        self._columns: dict[Table, dict[str, None]] = {}
        self._rows: dict[Table, list[tuple[Any, ...]]] = {}

    def add(self, table: Table, **values: Any) -> None:
        """Add one row; columns that are not given are null."""
        if table not in self._rows:
            self._columns[table], self._rows[table] = _columns(table), []
        columns = self._columns[table]
        row = columns | values
        if len(row) != len(columns):
            raise TypeError(f"{table.fullname} has no column {', '.join(values.keys() - columns.keys())}")
        self._rows[table].append(tuple(row.values()))

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def of(self, table: Table) -> Iterator[dict[str, Any]]:
        """Iterate over the rows of one table."""
        for row in self._rows.get(table, ()):
            yield dict(zip(self._columns[table], row, strict=True))

    async def copy(self, connections: Mapping[str, asyncpg.Connection]) -> int:
        """Send the rows of the departments that have a connection. Returns their number."""
        sent = 0
        for table, rows in self._rows.items():
            connection = connections.get(table.schema or "")
            if connection is None:
                continue
            await connection.copy_records_to_table(
                table.name, schema_name=table.schema, columns=list(self._columns[table]), records=rows
            )
            sent += len(rows)
        return sent


def generator(*key: object) -> Random:
    """Return a random generator seeded by the key."""
    return Random("/".join(map(str, key)))  # noqa: S311 - believable, not secret


def new_id(rng: Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)


def moment_on(day: date, rng: Random) -> datetime:
    """Return a moment of that day between 8:00 and 18:00 UTC."""
    return datetime(day.year, day.month, day.day, 8, tzinfo=UTC) + timedelta(seconds=rng.randrange(10 * 3600))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _columns(table: Table) -> dict[str, None]:
    kept = DATABASE_COLUMNS.get(table, set())
    return {column.name: None for column in table.columns if column.name not in kept}

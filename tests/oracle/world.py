"""The world: every row of every department, in memory, as it stands at one moment."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from auth.departments import DEPARTMENTS

Row = Mapping[str, Any]

# Grow with every answer and every change, and are in none.
_LOGS = ("access_record", "disclosure", "event", "event_author", "change", "change_author", "activity", "job")
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename"


async def load(addresses: Mapping[str, str]) -> "World":
    """Everything that the departments store."""
    tables: dict[str, Sequence[Row]] = {}
    for department in DEPARTMENTS:
        connection = await asyncpg.connect(addresses[department])
        try:
            for (name,) in await connection.fetch(_TABLES, department):
                if name in _LOGS:
                    continue
                rows = await connection.fetch(f'SELECT * FROM {department}."{name}"')  # noqa: S608 - our own names
                tables[f"{department}.{name}"] = [dict(row) for row in rows]
        finally:
            await connection.close()
    return World(tables)


@dataclass(frozen=True)
class World:
    """All rows, whether or not they may still be shown."""

    tables: Mapping[str, Sequence[Row]]
    _grouped: dict[tuple[str, str], dict[Any, list[Row]]] = field(default_factory=dict)

    def by(self, table: str, column: str) -> Mapping[Any, Sequence[Row]]:
        """The table's rows by the value of one column."""
        found = self._grouped.get((table, column))
        if found is None:
            found = self._grouped[table, column] = defaultdict(list)
            for row in self.tables[table]:
                found[row[column]].append(row)
        return found


@dataclass(frozen=True)
class Moment:
    """The world at one moment: what is past its retention is gone, and so is who was erased."""

    world: World
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()

    def customers(self) -> Sequence[Row]:
        return [row for row in self.world.tables["core.customer"] if row["status"] != "ERASED"]

    def customer(self, id_: UUID) -> Row | None:
        return next(
            (row for row in self.world.by("core.customer", "id").get(id_, ()) if row["status"] != "ERASED"), None
        )

    def of(self, table: str, customer: UUID) -> list[Row]:
        """One customer's rows."""
        return [row for row in self.world.by(table, "customer_id").get(customer, ()) if self._is_kept(row)]

    def where(self, table: str, column: str, value: Any) -> list[Row]:
        return [row for row in self.world.by(table, column).get(value, ()) if self._is_kept(row)]

    def one(self, table: str, id_: Any) -> Row | None:
        return next(iter(self.where(table, "id", id_)), None)

    def _is_kept(self, row: Row) -> bool:
        until = row.get("retain_until")
        return until is None or until >= self.today

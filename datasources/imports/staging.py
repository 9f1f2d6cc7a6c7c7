"""Staging of lines in a temporary table, from which one statement per target writes the rows."""

from typing import Any

import asyncpg
from sqlalchemy.dialects import postgresql

from datasources.currencies import decimals_sql
from datasources.imports.lines import is_computed, staged_columns
from datasources.imports.mapping import Mapping, Target, Value

STAGING_TABLE = "imported_line"
DELETE_REPEATED_LINES = """
    DELETE FROM imported_line USING (
        SELECT line, row_number() OVER (PARTITION BY digest ORDER BY line) AS occurrence FROM imported_line
    ) AS seen
    WHERE seen.line = imported_line.line AND occurrence > 1
"""
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


class Staging:
    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._columns = staged_columns(mapping)
        self._places = {name: place for place, name in enumerate(mapping.targets)}
        self._sources = {
            **{name: f"column_{place}" for place, name in enumerate(mapping.columns)},
            **{name: f"product_{place}" for place, name in enumerate(mapping.products)},
        }

    async def create(self, connection: asyncpg.Connection) -> None:
        columns = ", ".join(f"{column.name} {column.sql_type}" for column in self._columns)
        await connection.execute(f"CREATE TEMPORARY TABLE {STAGING_TABLE} ({columns}) ON COMMIT DROP")

    async def add(self, connection: asyncpg.Connection, rows: list[tuple[Any, ...]]) -> None:
        names = [column.name for column in self._columns]
        await connection.copy_records_to_table(STAGING_TABLE, columns=names, records=rows)

    async def contradictions(self, connection: asyncpg.Connection) -> dict[int, str]:
        """Return the lines that share a key with an earlier line and differ in a `same` column, with that column."""
        found: dict[int, str] = {}
        for name, target in self._mapping.targets.items():
            for column in target.same:
                for row in await connection.fetch(self._contradictions_query(name, column)):
                    found[row["line"]] = column
        return found

    async def remove(self, connection: asyncpg.Connection, lines: list[int]) -> None:
        await connection.execute(f"DELETE FROM {STAGING_TABLE} WHERE line = ANY($1)", lines)  # noqa: S608 - our own names

    async def merge(self, connection: asyncpg.Connection) -> tuple[int, int]:
        """Return the numbers of distinct lines and of lines that repeat one of them exactly."""
        counted = await connection.fetch(f"SELECT count(*), count(DISTINCT digest) AS different FROM {STAGING_TABLE}")  # noqa: S608 - our own names
        lines, different = counted[0]
        if self._mapping.drops_duplicates:
            await connection.execute(DELETE_REPEATED_LINES)
        return different, lines - different

    async def write(self, connection: asyncpg.Connection, target: Target) -> int:
        """Insert or update the target's rows; return the number of rows that changed."""
        constants: list[Any] = []
        statement = self._upsert(target, constants)
        written = int((await connection.execute(statement, *constants)).rpartition(" ")[2])
        if written:
            # Without it, queries after a large import would be planned for the old size of the table.
            await connection.execute(f"ANALYZE {target.table.fullname}")
        return written

    def _upsert(self, target: Target, constants: list[Any]) -> str:
        table, group = target.table, f"target_{self._places[target.table.fullname]}"
        found = {"id": group} if "id" in table.columns else {}
        found |= {name: self._expression(target, name, value, constants) for name, value in target.values.items()}
        found |= self._extensions(target) | _rounded_amounts(target, found)
        typed = [f"({found[name]})::{table.columns[name].type.compile(DIALECT)}" for name in found]
        key = [column.name for column in table.primary_key.columns]
        others = [name for name in found if name not in key]
        return (
            f"INSERT INTO {table.fullname} AS known ({', '.join(found)})"  # noqa: S608 - our own names
            f" SELECT {', '.join(typed)} FROM {STAGING_TABLE} GROUP BY {group} ORDER BY min(line)"
            f" ON CONFLICT ({', '.join(key)}) DO {_conflict_action(others)}"
        )

    def _expression(self, target: Target, name: str, value: Value, constants: list[Any]) -> str:
        if value.position_in is not None:
            within = f"target_{self._places[value.position_in]}"
            return f"row_number() OVER (PARTITION BY {_aggregate('first', within)} ORDER BY min(line))"
        if value.constant is not None:
            constants.append(value.constant)
            constant = f"${len(constants)}::{target.table.columns[name].type.compile(DIALECT)}"
            return _aggregate(value.take, constant) if value.take == "sum" else constant
        return _aggregate(value.take, self._source(target, name, value))

    def _extensions(self, target: Target) -> dict[str, str]:
        """The extensions of the phone numbers that the target sets, by their columns."""
        phones = {name for name, column in self._mapping.columns.items() if column.is_phone}
        columns = {name: target.extension_of(name) for name, value in target.values.items() if value.column in phones}
        return {
            extension: _aggregate(
                target.values[name].take, f"{self._source(target, name, target.values[name])}_extension"
            )
            for name, extension in columns.items()
            if extension is not None
        }

    def _source(self, target: Target, name: str, value: Value) -> str:
        if value.id_of is not None:
            return f"target_{self._places[value.id_of]}"
        if is_computed(value):
            return f"target_{self._places[target.table.fullname]}_{name}"
        assert value.column is not None, "a value has a source"
        return self._sources[value.column]

    def _contradictions_query(self, name: str, column: str) -> str:
        source, group = self._sources[column], f"target_{self._places[name]}"
        first = f"first_value({source}) OVER (PARTITION BY {group} ORDER BY line)"
        said = f"SELECT line, {source} IS DISTINCT FROM {first} AS differs FROM {STAGING_TABLE}"  # noqa: S608 - our own names
        return f"SELECT line FROM ({said}) AS said WHERE differs"  # noqa: S608 - our own names


def _aggregate(take: str, expression: str) -> str:
    """Return SQL that reduces the values of a row's lines to one."""
    if take in ("min", "max", "sum"):
        return f"{take}({expression})"
    order = "line DESC" if take == "last" else "line"
    return f"(array_agg({expression} ORDER BY {order}) FILTER (WHERE {expression} IS NOT NULL))[1]"


def _rounded_amounts(target: Target, found: dict[str, str]) -> dict[str, str]:
    """Amounts with the decimals of their currency; what the import computed is rounded, as on an invoice."""
    if "currency" not in found:
        return {}
    decimals = decimals_sql(f"({found['currency']})")
    return {name: _round_sql(found[name], decimals, extra) for name, extra in target.amounts.items()}


def _round_sql(amount: str, decimals: str, extra: int) -> str:
    if not extra:
        return f"round(({amount})::numeric, {decimals})"
    most = f"{decimals} + {extra}"
    return f"CASE WHEN scale(({amount})::numeric) > {most} THEN round(({amount})::numeric, {most}) ELSE {amount} END"


def _conflict_action(names: list[str]) -> str:
    if not names:
        return "NOTHING"
    known = ", ".join(f"known.{name}" for name in names)
    new = ", ".join(f"EXCLUDED.{name}" for name in names)
    return f"UPDATE SET ({', '.join(names)}) = ROW({new}) WHERE ({known}) IS DISTINCT FROM ({new})"

"""Which departments' tables lack constraints of ours: views, adopted tables, and tables whose constraints are gone."""

import asyncio
from collections.abc import Collection, Mapping
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import CheckConstraint, MetaData, Table

from datasources.engine.running.databases import Databases
from datasources.unavailable import Unavailable

# The validated CHECKs and the NOT NULL columns of each table of a schema. Views have neither.
_CONSTRAINTS = """
SELECT json_object_agg(c.relname, json_build_object(
    'checks', ARRAY(SELECT conname FROM pg_constraint
        WHERE conrelid = c.oid AND contype = 'c' AND convalidated),
    'required', ARRAY(SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND attnotnull)))::text
FROM pg_class c WHERE c.relnamespace = to_regnamespace($1::text) AND c.relkind IN ('r', 'p')
"""


async def unchecked_departments(databases: Databases, tables: Mapping[str, MetaData], seconds: float) -> frozenset[str]:
    """The departments in SQL with a table that lacks a constraint; also those that do not answer in this time."""
    deadline = asyncio.get_running_loop().time() + seconds
    departments = [each for each in tables if each in databases.homes and each not in databases.sources]
    checks = (_has_all(databases, each, tables[each], deadline) for each in departments)
    are_complete = await asyncio.gather(*checks)
    return frozenset(each for each, is_complete in zip(departments, are_complete, strict=True) if not is_complete)


async def _has_all(databases: Databases, department: str, metadata: MetaData, deadline: float) -> bool:
    database = databases[databases.homes[department]]
    try:
        ((found,),) = await database.rows(_CONSTRAINTS, [department], deadline)
    except Unavailable:
        return False
    actual = orjson.loads(found) if found is not None else {}
    return all(_covers(actual.get(table.name), table) for table in metadata.tables.values())


def _covers(actual: Mapping[str, Collection[str]] | None, table: Table) -> bool:
    if actual is None:
        return False
    constraints = chain(table.constraints, *(column.constraints for column in table.columns))
    checks = {_name(table, each) for each in constraints if isinstance(each, CheckConstraint)}
    required = {column.name for column in table.columns if not column.nullable}
    return checks <= set(actual["checks"]) and required <= set(actual["required"])


def _name(table: Table, check: CheckConstraint) -> str:
    name: Any = check.name
    return name if str(name).startswith("ck_") else f"ck_{table.name}_{name}"

"""Brings every department's schema to its newest revision, wherever the department lives."""

import sys
import warnings
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from auth.departments import CORE, Department
from datasources.departments import METADATA
from datasources.engine.pools.sessions import connect
from migrations.recorders import install_recorders, remove_recorders

HERE = Path(__file__).parent
# A migration that cannot get its lock gives up, rather than have every query queue behind it.
LOCK_TIMEOUT = "5s"
SCHEMA_EXISTS = text("SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = :department")
HAS_DEPARTMENTS = text("SELECT to_regclass('core.department') IS NOT NULL")
ADD_DEPARTMENTS = text(
    "INSERT INTO core.department (name) SELECT unnest(cast(:names AS text[])) ON CONFLICT DO NOTHING"
)
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('customer360 migrations ' || :department, 0))")


async def upgrade(addresses: Mapping[str, str], revision: str = "head") -> None:
    """Upgrade the departments that have an address, with their recorders if the newest revision is asked for."""

    def act(config: Config) -> None:
        command.upgrade(config, revision)
        if revision == "head":
            install_recorders(config.attributes["connection"], config.attributes["department"])

    for department in _in_order(addresses):
        await _run(addresses, department, act)


async def downgrade(addresses: Mapping[str, str], department: str, revision: str = "base") -> None:
    def act(config: Config) -> None:
        remove_recorders(config.attributes["connection"], department)
        command.downgrade(config, revision)

    await _run(addresses, department, act)


async def drift(addresses: Mapping[str, str]) -> dict[str, list[Any]]:
    """What Alembic would still change, by department, to make the database equal the tables in code."""
    found = {department: await _drift(addresses[department], department) for department in _in_order(addresses)}
    return {department: differences for department, differences in found.items() if differences}


def options(department: str) -> dict[str, Any]:
    """How Alembic sees one department: its own schema and its own version table, and nothing else."""
    return {
        "target_metadata": METADATA[department],
        "version_table_schema": department,
        "include_schemas": True,
        "include_name": lambda name, kind, _: kind != "schema" or name == department,
        "compare_type": True,
        "compare_server_default": True,
    }


def configuration(department: str) -> Config:
    config = Config(stdout=sys.stderr)
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("version_locations", str(HERE / department).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["department"] = department
    return config


def _in_order(addresses: Mapping[str, str]) -> list[str]:
    return [department for department in METADATA if department in addresses]


async def _run(addresses: Mapping[str, str], department: str, act: Callable[[Config], None]) -> None:
    async with _connected(addresses[department]) as run:
        await run(lambda connection: _migrate(connection, department, act))


def _migrate(connection: Connection, department: str, act: Callable[[Config], None]) -> None:
    # Servers that start together wait here for the first, however long it takes.
    connection.execute(ONE_AT_A_TIME, {"department": department})
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    if connection.scalar(SCHEMA_EXISTS, {"department": department}) is None:
        connection.execute(text(f"CREATE SCHEMA {department}"))
    config = configuration(department)
    config.attributes["connection"] = connection
    act(config)
    if department == CORE and connection.scalar(HAS_DEPARTMENTS):
        connection.execute(ADD_DEPARTMENTS, {"names": list(Department)})


async def _drift(address: str, department: str) -> list[Any]:
    async with _connected(address) as run:
        differences: list[Any] = await run(lambda connection: _compare(connection, department))
        return differences


def _compare(connection: Connection, department: str) -> list[Any]:
    context = MigrationContext.configure(connection, opts=options(department))
    with warnings.catch_warnings():
        # Alembic cannot compare an index by expression with an operator class, and says so each time.
        warnings.filterwarnings("ignore", message="Expression #1 'lower")
        return list(compare_metadata(context, METADATA[department]))


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[Any]:
    """One transaction on a connection of its own, for Alembic, which knows nothing of asyncio."""
    engine = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(address), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            yield connection.run_sync
    finally:
        await engine.dispose()

from typing import Any

import asyncpg
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from datasources.oauth.tables import METADATA
from migrations.upgrade import downgrade, upgrade


async def test_the_migration_makes_the_tables_that_the_code_declares(addresses: dict[str, str]) -> None:
    assert await differences(addresses["core"]) == []


async def test_it_goes_back_and_forth(addresses: dict[str, str]) -> None:
    await downgrade(addresses, "core", "core_0003")
    connection = await asyncpg.connect(addresses["core"])
    assert await connection.fetch("SELECT FROM pg_namespace WHERE nspname = 'oauth'") == []
    await connection.close()
    await upgrade(addresses)
    assert await differences(addresses["core"]) == []


async def differences(address: str) -> list[Any]:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(address), poolclass=NullPool
    )
    async with engine.begin() as connection:
        found: list[Any] = await connection.run_sync(_compare)
    await engine.dispose()
    return found


def _compare(connection: Connection) -> list[Any]:
    options = {
        "include_schemas": True,
        "include_name": lambda name, kind, _: kind != "schema" or name == "oauth",
        "compare_type": True,
        "compare_server_default": True,
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))

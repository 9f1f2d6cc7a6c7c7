from collections.abc import Mapping

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from auth.departments import Department
from datasources.departments import METADATA
from migrations.status import head, status
from migrations.upgrade import configuration, downgrade, drift, upgrade

# What Alembic does not compare, checks above all, as PostgreSQL itself describes it.
CATALOG = """
    SELECT relation.relname, 'constraint', found.conname::text, pg_get_constraintdef(found.oid)
    FROM pg_constraint AS found JOIN pg_class AS relation ON relation.oid = found.conrelid
    WHERE found.connamespace = $1::text::regnamespace AND found.contype <> 'n'
    UNION ALL
    SELECT tablename::text, 'index', indexname::text, indexdef FROM pg_indexes WHERE schemaname = $1
    UNION ALL
    SELECT table_name::text, 'column', column_name::text,
        concat_ws(' ', data_type, is_nullable, column_default, is_identity, identity_generation)
    FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = $1 AND table_type = 'BASE TABLE'
    ORDER BY 1, 2, 3
"""


async def test_every_branch_is_at_its_head(addresses: dict[str, str]) -> None:
    found = await status(addresses)
    assert [each.department for each in found] == list(METADATA)
    assert all(each.is_current for each in found)


async def test_alembic_finds_no_difference(addresses: dict[str, str], addresses_apart: dict[str, str]) -> None:
    assert await drift(addresses) == {}
    assert await drift(addresses_apart) == {}


@pytest.mark.parametrize("department", METADATA)
async def test_the_migrations_make_what_the_tables_say(addresses_apart: dict[str, str], department: str) -> None:
    address = addresses_apart[department]
    migrated = await _catalog(address, department)
    connection = await asyncpg.connect(address)
    await connection.execute(f"ALTER SCHEMA {department} RENAME TO migrated")
    await connection.execute(f"CREATE SCHEMA {department}")
    await _create_all(address, department)
    declared = await _catalog(address, department)
    await connection.execute(f"DROP SCHEMA {department} CASCADE")
    await connection.execute(f"ALTER SCHEMA migrated RENAME TO {department}")
    await connection.close()
    assert [row for row in migrated if row[0] != "alembic_version"] == declared
    assert len(declared) > 20


async def test_up_down_up(addresses: dict[str, str]) -> None:
    for department in METADATA:
        await downgrade(addresses, department)
    assert [each.current for each in await status(addresses)] == [None] * len(METADATA)
    left = await _leftovers(addresses["core"])
    assert left == []
    await upgrade(addresses)
    await upgrade(addresses)
    assert all(each.is_current for each in await status(addresses))
    assert await drift(addresses) == {}


async def test_a_department_alone_is_upgraded_alone(addresses_apart: dict[str, str]) -> None:
    await upgrade({"finance": addresses_apart["finance"]})
    connection = await asyncpg.connect(addresses_apart["finance"])
    schemas = await connection.fetch("SELECT nspname FROM pg_namespace WHERE nspname = ANY($1)", list(METADATA))
    await connection.close()
    assert [row["nspname"] for row in schemas] == ["finance"]


async def test_an_upgrade_of_core_adds_the_departments_of_the_registry(addresses_apart: dict[str, str]) -> None:
    connection = await asyncpg.connect(addresses_apart["core"])
    await connection.execute("DELETE FROM core.department WHERE name <> 'CORE'")
    await upgrade({"core": addresses_apart["core"]})
    names = await connection.fetchval("SELECT array_agg(name) FROM core.department")
    assert sorted(names) == sorted(Department)
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="fk_privacy_event_recorded_via"):
        await connection.execute(
            "WITH one AS (INSERT INTO core.customer (number, status, kind, display_name)"
            " VALUES ('C-1', 'ACTIVE', 'INDIVIDUAL', 'Kim') RETURNING id)"
            " INSERT INTO core.privacy_event (customer_id, topic, state, occurred_at, recorded_via)"
            " SELECT id, 'PROFILING', 'OBJECTED', now(), 'LEGAL' FROM one"
        )
    await connection.close()


async def _catalog(address: str, department: str) -> list[tuple[str, ...]]:
    connection = await asyncpg.connect(address)
    rows = await connection.fetch(CATALOG, department)
    await connection.close()
    return [tuple(row) for row in rows]


async def _create_all(address: str, department: str) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(address), poolclass=NullPool
    )

    def create(connection: Connection) -> None:
        METADATA[department].create_all(connection)

    async with engine.begin() as connection:
        await connection.execute(text("SELECT 1"))
        await connection.run_sync(create)
    await engine.dispose()


async def _leftovers(address: str) -> list[str]:
    """Tables and functions of ours that a downgrade forgot."""
    connection = await asyncpg.connect(address)
    rows = await connection.fetch(
        """
        SELECT relname::text AS name FROM pg_class
        WHERE relnamespace::regnamespace::text = ANY($1) AND relname NOT LIKE 'alembic%'
        UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace::regnamespace::text = ANY($1)
        """,
        list(METADATA),
    )
    await connection.close()
    return [row["name"] for row in rows]


def test_every_department_has_a_branch(addresses: Mapping[str, str]) -> None:
    assert set(addresses) == set(METADATA)


@pytest.mark.parametrize("department", METADATA)
def test_the_newest_revision_is_alembics(department: str) -> None:
    assert head(department) == ScriptDirectory.from_config(configuration(department)).get_current_head()

"""Nobody works for a client who left: the request is cancelled, and PostgreSQL stops what runs for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from tests.faults.served import served

# Of the databases under test only; other tests share the server.
RUNNING = """SELECT count(*) FROM pg_stat_activity
WHERE application_name = 'customer360' AND state = 'active' AND datname = $1"""
SECONDS = 20
# Longer than any test waits: what ends earlier was ended by somebody.
PATIENT = {"deadline_ms": "600000", "department_budget_ms": "600000"}


@asynccontextmanager
async def locked(address: str, table: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """While this lasts, statements on the table wait."""
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield connection
    finally:
        await connection.close()


async def becomes(wanted: int, look: Callable[[], Awaitable[int]]) -> None:
    async with asyncio.timeout(SECONDS):
        while await look() != wanted:  # noqa: ASYNC110 - PostgreSQL tells nobody when it is done
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("table", ["core.customer", "finance.account"])
async def test_who_hangs_up_leaves_no_statement_running(
    table: str, seeded_apart: dict[str, str], tmp_path: Path
) -> None:
    address = seeded_apart[table.split(".", maxsplit=1)[0]]
    async with locked(address, table) as witness, served(seeded_apart, tmp_path, **PATIENT) as server:
        pool = server.databases[address].pool

        async def running() -> int:
            # Not by pg_stat_activity's snapshot of this transaction.
            await witness.execute("SELECT pg_stat_clear_snapshot()")
            return int(await witness.fetchval(RUNNING, urlsplit(address).path[1:]))

        async def in_use() -> int:
            return pool.places.in_use

        async def runs() -> bool:
            return await running() > 0

        async def attended() -> int:
            return [task.get_name() for task in asyncio.all_tasks()].count("disconnect watch")

        clients = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(5)]
        for _, writer in clients:
            writer.write(server.request())
        # They may share a run, or go in two; when all of them wait for it, each is watched.
        await becomes(5, attended)
        await becomes(True, runs)
        for _, writer in clients:
            writer.transport.abort()
        await becomes(0, running)
        await becomes(0, in_use)
        assert await attended() == 0


async def test_others_on_the_same_server_get_their_answers(seeded_apart: dict[str, str], tmp_path: Path) -> None:
    async with served(seeded_apart, tmp_path, **PATIENT) as server:
        whole = await server.ask()
        async with locked(seeded_apart["finance"], "finance.account"):
            _, leaving = await asyncio.open_connection("127.0.0.1", server.port)
            leaving.write(server.request())
            staying = asyncio.create_task(server.ask())
            await asyncio.sleep(0.1)
            leaving.transport.abort()
        assert whole.body["data"]["customer"]["finance"] is not None
        assert (await staying).body == whole.body

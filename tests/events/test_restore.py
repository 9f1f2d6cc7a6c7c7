"""A dump taken while events wait, restored into a new server: the leader goes on there and nothing is lost."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from auth.departments import DEPARTMENTS
from datasources.engine.pools import embedded
from datasources.engine.pools.sessions import connected
from datasources.events.leader import lead_all
from datasources.events.rebuild import verify
from tests.events.conftest import SECONDS

ADD_CALL = """
    INSERT INTO service.call (customer_id, direction, started_at, duration_seconds) VALUES ($1, 'INBOUND', now(), 1)
"""
NUMBERED = "SELECT count(*) FROM core.change"


@pytest.fixture
def new_server() -> Iterator[embedded.EmbeddedServer]:
    with TemporaryDirectory(prefix="customer360-", ignore_cleanup_errors=True) as folder:
        server = embedded.join(Path(folder), durable=False)
        yield server
        server.stop()


@pytest.mark.slow
async def test_a_restored_database_is_led_on(
    addresses: dict[str, str], new_server: embedded.EmbeddedServer, tmp_path: Path
) -> None:
    async with connected(addresses["service"]) as db:
        await db.execute(ADD_CALL, uuid4())
    await _lead_until(addresses, 1)
    async with connected(addresses["service"]) as db:
        for _ in range(20):
            await db.execute(ADD_CALL, uuid4())
    dump = tmp_path / "dump.sql"
    programs, url = new_server.bin_path, new_server.url()
    assert programs is not None
    _run(programs / "pg_dump", addresses["core"], "--file", str(dump))
    _run(programs / "psql", url, "--quiet", "--set", "ON_ERROR_STOP=1", "--file", str(dump))
    restored = dict.fromkeys(DEPARTMENTS, url)
    async with connected(url) as db:
        await db.execute(ADD_CALL, uuid4())
    await _lead_until(restored, 22)
    async with connected(url) as db:
        assert await db.fetchval("SELECT count(*) FROM core.activity") == 22
    assert sum(each.differing for each in await verify(restored)) == 0


def _run(program: Path, url: str, *arguments: str) -> None:
    subprocess.run([program, "--dbname", url, *arguments], check=True, capture_output=True)


async def _lead_until(addresses: dict[str, str], count: int) -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(lead_all(addresses, stop))
    async with connected(addresses["core"]) as db, asyncio.timeout(SECONDS):
        while await db.fetchval(NUMBERED) < count:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.01)
        assert await db.fetchval(NUMBERED) == count
    stop.set()
    await task

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from datasources.engine.pools.sessions import connect
from datasources.jobs.queue import JobQueue

if TYPE_CHECKING:
    import asyncpg


@pytest.fixture
async def connection(addresses: dict[str, str]) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Core's database, with an empty queue."""
    opened = await connect(addresses["core"])
    await opened.execute("TRUNCATE core.job, core.job_schedule")
    yield opened
    await opened.close()


@pytest.fixture
async def queue(addresses: dict[str, str], connection: object) -> AsyncIterator[JobQueue]:
    async with JobQueue.open(addresses["core"]) as opened:
        yield opened

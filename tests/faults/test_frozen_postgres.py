"""A PostgreSQL that stands still as a whole: it neither answers nor agrees to be cancelled."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from datasources.departments import METADATA
from datasources.engine.pools import embedded
from datasources.sample.seed import seed
from migrations.upgrade import upgrade
from tests.conftest import SEEDED_TODAY
from tests.faults.served import served

pytestmark = pytest.mark.alone
SECONDS = 60


@pytest.fixture
async def postgres() -> AsyncIterator[embedded.EmbeddedServer]:
    with TemporaryDirectory(prefix="customer360-", ignore_cleanup_errors=True) as folder:
        server = embedded.join(Path(folder), durable=False)
        addresses = dict.fromkeys(METADATA, server.url())
        await upgrade(addresses)
        await seed(addresses, customers=3, seed=7, today=SEEDED_TODAY)
        yield server
        server.stop()


@contextmanager
def frozen(postgres: embedded.EmbeddedServer) -> Iterator[None]:
    master = psutil.Process(postgres.get_postmaster_info().pid)
    # The master first, or it starts others meanwhile.
    master.suspend()
    children = master.children()
    for each in children:
        each.suspend()
    try:
        yield
    finally:
        for each in [*children, master]:
            each.resume()


async def test_the_deadline_holds_while_postgresql_stands_still(
    postgres: embedded.EmbeddedServer, tmp_path: Path
) -> None:
    """It is given up at the deadline, with connections that were open, and with new ones; then all is as before."""
    addresses = dict.fromkeys(METADATA, postgres.url())
    async with served(addresses, tmp_path, deadline_ms="500", department_budget_ms="300") as server:
        whole = await server.ask()
        async with asyncio.timeout(SECONDS):
            with frozen(postgres):
                answers = await asyncio.gather(*(server.ask() for _ in range(20)))
                answers += await asyncio.gather(*(server.ask() for _ in range(20)))
            while (await server.ask()).body != whole.body:  # noqa: ASYNC110 - nothing tells when a breaker closes
                await asyncio.sleep(0.05)
        pool = server.databases[addresses["core"]].pool
        assert (pool.places.in_use, pool.places.waiting) == (0, 0)
    assert {answer.body["errors"][0]["extensions"]["code"] for answer in answers} == {"CORE_UNAVAILABLE"}
    assert {str(answer.body["data"]) for answer in answers} == {"{'customer': None}"}

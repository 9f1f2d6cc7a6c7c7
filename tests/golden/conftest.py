"""How golden files are written anew, and the databases that they are asked of."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from auth.policy.file import load
from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.databases import Databases
from datasources.sample.seed import seed
from server.graphs import build_graph
from tests.conftest import SEEDED_TODAY, Addresses
from tests.golden.golden import Way

# A busy machine needs time, and these tests are about something else.
PATIENT_MS = 60_000

# What passes with time would change the answers: nothing here is ever past its retention.
TIMELESS = {
    "finance": ("invoice", "payment", "credit_note"),
    "sales": ("sales_order",),
    "service": ("ticket", "call"),
    "marketing": ("touchpoint",),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden answers and statements anew")


@pytest.fixture(scope="session")
def updates_golden(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("--update-golden", default=False))


@pytest.fixture(scope="module")
async def fused(addresses: Addresses) -> AsyncIterator[Way]:
    async for way in _way(addresses):
        yield way


@pytest.fixture(scope="module")
async def apart(addresses_apart: Addresses) -> AsyncIterator[Way]:
    async for way in _way(addresses_apart):
        yield way


async def _way(addresses: Addresses) -> AsyncIterator[Way]:
    await seed(addresses, customers=300, seed=7, today=SEEDED_TODAY)
    await _stop_time(addresses)
    policy = load()
    homes = {url: name for name, url in addresses.items()}
    async with (
        Databases.open(addresses, timeout_ms=PATIENT_MS) as databases,
        CoreAccessLog.open(addresses["core"]) as log,
    ):
        yield Way(build_graph(databases, policy, log, PATIENT_MS), policy, homes)


async def _stop_time(addresses: Addresses) -> None:
    for department, tables in TIMELESS.items():
        connection = await asyncpg.connect(addresses[department])
        try:
            for table in tables:
                await connection.execute(f"UPDATE {department}.{table} SET retain_until = NULL")  # noqa: S608
        finally:
            await connection.close()

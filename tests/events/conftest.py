import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from datasources.engine.pools.sessions import connect, connected
from datasources.events.leader import Leader

if TYPE_CHECKING:
    import asyncpg

    Connection = asyncpg.Connection[Any]

SECONDS = 30


@pytest.fixture
async def db(addresses: dict[str, str]) -> AsyncIterator["Connection"]:
    """All departments in one database, by a login that may do everything."""
    opened = await connect(addresses["core"])
    yield opened
    await opened.close()


@pytest.fixture(params=["fused", "apart"])
async def places(
    request: pytest.FixtureRequest, addresses: dict[str, str], addresses_apart: dict[str, str]
) -> dict[str, str]:
    """All departments in one database, and each in one of its own."""
    return addresses if request.param == "fused" else addresses_apart


@pytest.fixture
async def core(places: dict[str, str]) -> AsyncIterator["Connection"]:
    async with connected(places["core"]) as opened:
        yield opened


@pytest.fixture
async def service(places: dict[str, str]) -> AsyncIterator["Connection"]:
    async with connected(places["service"]) as opened:
        yield opened


@asynccontextmanager
async def leading(places: dict[str, str]) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(Leader(places["core"], places["service"], ["service"]).run(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until_empty(service: "Connection") -> None:
    async with asyncio.timeout(SECONDS):
        while await service.fetchval("SELECT EXISTS (SELECT FROM service.event)"):  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.01)

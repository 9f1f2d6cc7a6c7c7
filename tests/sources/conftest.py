"""The seeded customers, with service's rows in a ticket system."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
import pytest

from datasources.engine.running.databases import Databases
from datasources.service import ticket_system
from datasources.service.ticket_system import TicketSystem
from resolvers.answering.requests import Answer, Request
from resolvers.graph import Graph
from server.graphs import build_graph
from tests.conftest import Addresses
from tests.oracle.world import load as load_world
from tests.permissions.world.worlds import Memory
from tests.resolvers.conftest import POLICY, viewer
from tests.sources.process import SECRET_OF_TESTS, Remote, running

# A busy machine needs time, and only what hangs takes it.
PATIENT_MS = 60_000
AGENT = ("service_agent", "care")


@pytest.fixture(scope="package")
async def remote(seeded: Addresses, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Remote]:
    with running(tmp_path_factory.mktemp("tickets")) as started:
        started.add("seeded", (await load_world(seeded)).tables)
        yield started


@pytest.fixture(scope="package")
async def restricted(seeded: Addresses) -> str:
    """Asks for service's part of a customer whose processing is restricted."""
    connection = await asyncpg.connect(seeded["core"])
    try:
        number = await connection.fetchval("SELECT number FROM core.customer WHERE flags & 64 <> 0 LIMIT 1")
    finally:
        await connection.close()
    return f'{{ customer(by: {{number: "{number}"}}) {{ number service {{ openTicketCount }} }} }}'


@pytest.fixture(autouse=True)
def healthy(remote: Remote) -> Iterator[None]:
    """Every test starts with a ticket system that works and was asked nothing."""
    remote.fail("")
    remote.asked()
    yield
    remote.fail("")


@dataclass(frozen=True)
class Asked:
    """A graph that is asked, and what came of it."""

    graph: Graph

    async def body(self, document: str, role: tuple[str, str] = AGENT, **variables: Any) -> bytes:
        return (await self.answer(document, role, **variables)).body

    async def json(self, document: str, role: tuple[str, str] = AGENT, **variables: Any) -> Any:
        return orjson.loads(await self.body(document, role, **variables))

    async def answer(self, document: str, role: tuple[str, str], **variables: Any) -> Answer:
        return await self.graph.answer(Request(document, None, variables, viewer(*role), False, "test"))


Open = Callable[..., AbstractAsyncContextManager[Asked]]


@pytest.fixture
def over(seeded: Addresses, remote: Remote) -> Open:
    """Opens a graph over the ticket system, or over one like it."""

    @asynccontextmanager
    async def opened(
        *,
        url: str = f"{remote.url}/seeded/",
        secret: str = SECRET_OF_TESTS,
        deadline_ms: int = PATIENT_MS,
        budget_ms: int = PATIENT_MS,
        pool_size: int = 8,
        most: int = 100,
    ) -> AsyncIterator[Asked]:
        async with ticket_system.open_ticket_system(url, secret, 8) as service:
            sources = {"service": TicketSystem(service.client, most_values=most)}
            async with Databases.open(seeded, pool_size, budget_ms, sources) as databases:
                yield Asked(build_graph(databases, POLICY, Memory(), deadline_ms))

    return opened


@pytest.fixture
async def graph(over: Open) -> AsyncIterator[Asked]:
    async with over() as opened:
        yield opened


@pytest.fixture
async def in_sql(seeded: Addresses) -> AsyncIterator[Asked]:
    """The same customers, with service's rows in its tables."""
    async with Databases.open(seeded, timeout_ms=PATIENT_MS) as databases:
        yield Asked(build_graph(databases, POLICY, Memory(), PATIENT_MS))

"""Two workers of the authorization server on a PostgreSQL of their own, with clients and people."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from auth.oauth.site import Site
from datasources.oauth.administration import Administration
from server.app import Customer360
from server.backend import Backend
from server.graphql.cors import AllowedOrigins
from server.oauth.routes import routes
from server.oauth.service import OAuthService, open_service
from server.settings.environment import load
from server.trust.identity import policy_of, verifier
from tests.oauth.world import ISSUER, ORIGIN, RESOURCE, SECRET, World, fill
from tests.server.fake_graph import FakeGraph, all_up


@dataclass(frozen=True)
class Worker:
    """A worker in this process: a service, and a client that talks to it."""

    service: OAuthService
    http: httpx2.AsyncClient


@pytest.fixture(scope="module")
async def workers(addresses: dict[str, str]) -> AsyncIterator[tuple[Worker, Worker]]:
    async with AsyncExitStack() as stack:
        yield (await _worker(stack, addresses["core"]), await _worker(stack, addresses["core"]))


async def _worker(stack: AsyncExitStack, address: str) -> Worker:
    site = Site(ISSUER, "urn:customer360", frozenset({RESOURCE, "urn:customer360"}))
    service = await stack.enter_async_context(open_service(site, address, SECRET, 5000))
    app = Starlette(routes=routes(lambda: service, 1000, AllowedOrigins({ORIGIN})))
    transport = httpx2.ASGITransport(app)
    return Worker(service, await stack.enter_async_context(httpx2.AsyncClient(transport=transport, base_url=ISSUER)))


@pytest.fixture(scope="module")
async def world(addresses: dict[str, str]) -> AsyncIterator[World]:
    async with Administration.open(addresses["core"]) as administration:
        yield await fill(administration, addresses["core"])


@dataclass(frozen=True)
class GraphWorker:
    """A worker with a small graph."""

    app: Customer360
    graph: FakeGraph
    service: OAuthService
    http: httpx2.AsyncClient

    async def ask(self, token: str, **headers: str) -> httpx2.Response:
        named = {"Authorization": f"Bearer {token}", **headers}
        return await self.http.post("/graphql", json={"query": "{ subject purpose }"}, headers=named)


@pytest.fixture(scope="module")
async def graph_workers(
    addresses: dict[str, str], workers: tuple[Worker, Worker], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[GraphWorker, GraphWorker]]:
    folder = tmp_path_factory.mktemp("data")
    async with AsyncExitStack() as stack:
        made = [await _graph_worker(stack, worker.service, folder) for worker in workers]
        yield (made[0], made[1])


async def _graph_worker(stack: AsyncExitStack, service: OAuthService, folder: Path) -> GraphWorker:
    graph = FakeGraph()

    @asynccontextmanager
    async def opened_backend() -> AsyncIterator[Backend]:
        yield Backend(graph, all_up, service)

    settings = load({"CUSTOMER360_DATA_DIR": str(folder), "CUSTOMER360_GRAPHIQL": "off"})
    app = Customer360(settings, verifier(settings, policy_of(settings)), policy_of(settings).purposes, opened_backend)
    await stack.enter_async_context(app._pages.router.lifespan_context(app._pages))
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=ISSUER)
    return GraphWorker(app, graph, service, await stack.enter_async_context(client))


@pytest.fixture
async def http(workers: tuple[Worker, Worker]) -> httpx2.AsyncClient:
    http = workers[0].http
    http.cookies.clear()
    return http


@pytest.fixture
def service(workers: tuple[Worker, Worker]) -> OAuthService:
    return workers[0].service

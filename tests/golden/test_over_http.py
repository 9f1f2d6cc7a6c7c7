"""The golden queries with service behind HTTP: the same bytes, and no statement for service."""

from collections.abc import AsyncIterator, Iterator

import pytest

from auth.policy.file import load
from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.databases import Databases
from datasources.service import ticket_system
from server.graphs import build_graph
from tests.conftest import Addresses
from tests.golden.conftest import PATIENT_MS
from tests.golden.golden import GOLDENS, Golden, Way, ask
from tests.oracle.world import load as load_world
from tests.sources.process import SECRET_OF_TESTS, Remote, running

each = pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.path.stem)


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with running(tmp_path_factory.mktemp("tickets")) as started:
        yield started


@pytest.fixture(scope="module")
async def over_http(apart: Way, addresses_apart: Addresses, remote: Remote) -> AsyncIterator[Way]:
    """The world of `apart`, with service's rows in a ticket system."""
    policy, url = load(), remote.add("golden", (await load_world(addresses_apart)).tables)
    databases_of = {name: address for name, address in addresses_apart.items() if name != "service"}
    async with (
        ticket_system.open_ticket_system(url, SECRET_OF_TESTS, 8) as service,
        Databases.open(databases_of, timeout_ms=PATIENT_MS, sources={"service": service}) as databases,
        CoreAccessLog.open(databases_of["core"]) as log,
    ):
        homes = {address: name for name, address in databases_of.items()}
        yield Way(build_graph(databases, policy, log, PATIENT_MS), policy, homes)


@each
async def test_a_golden_query_answers_alike_over_http(golden: Golden, apart: Way, over_http: Way) -> None:
    assert (await ask(golden, over_http)).body == (await ask(golden, apart)).body


@each
async def test_service_is_asked_over_http_and_nobody_else(golden: Golden, over_http: Way, remote: Remote) -> None:
    remote.asked()
    asked = await ask(golden, over_http)
    assert sorted(home for home, _ in asked.statements) == [each for each in golden.homes_apart if each != "service"]
    assert bool(remote.asked()) is ("service" in golden.homes_apart)

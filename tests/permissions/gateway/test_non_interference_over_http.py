"""Service behind HTTP: the same bytes as from its tables, and twins that an asker cannot distinguish."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain, count, islice

import pytest

from auth.policy.rules import Policy
from datasources.service import ticket_system
from resolvers.graph import Graph
from tests.oracle.world import World
from tests.permissions.attacks.attacks import Copy
from tests.permissions.test_non_interference import SEED, Twins, _all_askers, _cases, _differences, _ids
from tests.permissions.world.askers import Asker
from tests.permissions.world.matrix import Matrix
from tests.permissions.world.probes import Probe
from tests.permissions.world.twins import Tables
from tests.permissions.world.worlds import Pair, served
from tests.sources.process import SECRET_OF_TESTS, Remote, running

CASES = int(os.environ.get("CUSTOMER360_NON_INTERFERENCE_CASES", "5200")) // 8
_accounts = count(1)

each_asker = pytest.mark.parametrize("number", range(len(_ids())), ids=_ids())


# All that service knows of every customer, before random operations.
_ALL = """{ customers(%s: 100) { nodes { number service {
  openTicketCount
  tickets(%s: 3) { totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node {
    id number kind status priority severity channel subject openedAt closedAt
    sla { firstResponseDueAt firstRespondedAt resolveDueAt isBreached }
    messages(%s: 2) { totalCount nodes { id channel direction author sentAt body } }
    customer { number displayName service { openTicketCount calls(first: 1) { nodes { id } } } }
  } } }
  calls { totalCount nodes { id direction startedAt durationSeconds callerNumber agent recordingReference } }
  feedback { totalCount nodes { id kind value comment givenAt ticketNumber customer { __typename } } }
} } } }"""

_OPEN = """{ customers(first: 100) { nodes { number service {
  tickets(first: 2, statuses: [IN_PROGRESS, CLOSED], kinds: [COMPLAINT]) { totalCount nodes { number status } }
} } } }"""


def _of_service(cases: Iterator[Probe]) -> Iterator[Probe]:
    broad = [_ALL % (("first",) * 3), _ALL % (("last",) * 3), _OPEN]
    chance = (case for case in cases if "service" in case[0] or "ticket" in case[0])
    return chain(((document, {}) for document in broad), chance)


@dataclass(frozen=True)
class TwinsOverHttp(Twins):
    """Twins whose service is an account of the ticket system."""

    remote: Remote

    @asynccontextmanager
    async def served(self, address: str, tables: Tables) -> AsyncIterator[Graph]:
        async with _served(self.remote, address, tables, self.policy, self.furnished) as graph:
            yield graph


@asynccontextmanager
async def _served(
    remote: Remote, address: str, tables: Tables, policy: Policy, like: Graph | None = None
) -> AsyncIterator[Graph]:
    url = remote.add(f"world{next(_accounts)}", tables)
    async with (
        ticket_system.open_ticket_system(url, SECRET_OF_TESTS, 8) as service,
        served(address, policy, like=like, sources={"service": service}) as graph,
    ):
        yield graph


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Remote]:
    with running(tmp_path_factory.mktemp("tickets")) as started:
        yield started


@pytest.fixture(scope="module")
async def twins(copy: Copy, original_rows: World, policy: Policy, remote: Remote) -> AsyncIterator[TwinsOverHttp]:
    async with _served(remote, await copy(), original_rows.tables, policy) as furnished:
        yield TwinsOverHttp(furnished, original_rows, policy, copy, remote)


@pytest.fixture(scope="module")
async def in_sql(copy: Copy, policy: Policy) -> AsyncIterator[Graph]:
    async with served(await copy(), policy) as graph:
        yield graph


@each_asker
async def test_nobody_learns_more_over_http(number: int, twins: TwinsOverHttp, matrix: Matrix) -> None:
    everyone = _all_askers(matrix, twins.rows)
    asker, seed = everyone[number], f"{SEED} over HTTP {number}"
    async with twins.of(asker, seed) as (pair, _, other):
        cases = islice(_of_service(_cases(twins.rows, other, seed)), CASES // len(everyone) + 1)
        found, outcomes = await _differences(pair, asker, cases, seed)
    assert found == [], f"{len(found)} differences, the first:\n{found[0]}"
    assert outcomes["ok"] > outcomes.total() // 3


@each_asker
async def test_http_and_sql_give_the_same_bytes(
    number: int, twins: TwinsOverHttp, in_sql: Graph, matrix: Matrix
) -> None:
    everyone = _all_askers(matrix, twins.rows)
    asker, seed = everyone[number], f"{SEED} SQL and HTTP {number}"
    cases = islice(_of_service(_cases(twins.rows, twins.rows, seed)), CASES // len(everyone) + 1)
    found, outcomes = await _differences(Pair(in_sql, twins.furnished), asker, cases, seed)
    assert found == [], f"{len(found)} differences, the first:\n{found[0]}"
    assert outcomes["ok"] > outcomes.total() // 3


async def test_the_twins_do_differ_for_whoever_may_see_all(twins: TwinsOverHttp, matrix: Matrix) -> None:
    """The counter-proof: were all tickets the same, everything above would hold of nothing."""
    officer = Asker(matrix, "privacy_officer", "rights")
    agent = Asker(matrix, "marketing_campaigner", "direct_marketing")
    async with twins.of(agent, SEED) as (pair, _, other):
        cases = islice(_of_service(_cases(twins.rows, other, SEED)), 60)
        found, outcomes = await _differences(pair, officer, cases, SEED)
    assert len(found) > outcomes.total() // 5


async def test_the_ticket_system_was_asked(twins: TwinsOverHttp) -> None:
    assert len(twins.remote.asked()) > 100

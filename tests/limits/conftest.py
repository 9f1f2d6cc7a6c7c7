"""The real graph with nothing behind it: what is refused before anything is fetched needs no database."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from auth.departments import DEPARTMENTS
from auth.policy.file import load
from auth.viewer import Viewer
from bench.abuse import NOWHERE, NoLog
from datasources.engine.running.databases import Databases
from resolvers.answering.requests import Request
from resolvers.answering.throttle import Throttle
from resolvers.documents.limits import Limits
from resolvers.graph import Graph
from server.graphs import build_graph
from tests.server.conftest import bearer

__all__ = ["bearer"]

Make = Callable[..., Graph]


@pytest.fixture
async def make_graph() -> AsyncIterator[Make]:
    """A graph with these limits and this throttle."""
    async with Databases.open(dict.fromkeys(DEPARTMENTS, NOWHERE)) as databases:

        def make(limits: Limits | None = None, throttle: Throttle | None = None) -> Graph:
            return build_graph(databases, load(), NoLog(), 2000, limits or Limits(), throttle)

        yield make


@pytest.fixture
def graph(make_graph: Make) -> Graph:
    return make_graph()


def viewer(subject: str = "somebody", client: str | None = "tests") -> Viewer:
    return Viewer(subject, "service_agent", frozenset({"care"}), "care", client, datetime.max.replace(tzinfo=UTC))


def request(document: str, who: Viewer | None = None, *, tells_cost: bool = False, **variables: object) -> Request:
    return Request(document, None, variables, who or viewer(), False, "test", tells_cost=tells_cost)

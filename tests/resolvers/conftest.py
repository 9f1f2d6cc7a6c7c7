"""A graph over the seeded customers, and a way to ask it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from auth.policy.file import load
from auth.viewer import Viewer
from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.databases import Databases
from resolvers.answering.requests import Answer, Request
from resolvers.graph import Graph
from server.graphs import build_graph

Ask = Callable[..., Awaitable[Answer]]
POLICY = load()


@pytest.fixture(scope="module")
async def graph(seeded: dict[str, str]) -> AsyncIterator[Graph]:
    async with Databases.open(seeded) as databases, CoreAccessLog.open(seeded["core"]) as log:
        yield build_graph(databases, POLICY, log)


def viewer(role: str, purpose: str | None, **more: Any) -> Viewer:
    purposes = frozenset({purpose} if purpose else ())
    more = {"authenticated_at": datetime.now(UTC), **more}
    return Viewer("somebody", role, purposes, purpose, "tests", datetime.max.replace(tzinfo=UTC), **more)


@pytest.fixture(scope="module")
def ask(graph: Graph) -> Ask:
    async def answer(
        document: str,
        role: str = "service_agent",
        purpose: str | None = "care",
        variables: dict[str, Any] | None = None,
        dry_run: str | None = None,
        read_only: bool = False,
    ) -> Answer:
        request = Request(document, None, variables, viewer(role, purpose), read_only, "test", dry_run)
        return await graph.answer(request)

    return answer


def data(answer: Answer) -> Any:
    return orjson.loads(answer.body)["data"]


def code(answer: Answer) -> str:
    return str(orjson.loads(answer.body)["errors"][0]["extensions"]["code"])

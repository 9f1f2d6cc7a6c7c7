"""An order by a key that some customers do not show is the order by its masked value, page by page, both ways."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson
import pytest

from auth.policy.file import load
from auth.viewer import Viewer
from datasources.engine.running.databases import Databases
from datasources.sample.seed import seed
from resolvers.answering.requests import Request
from resolvers.graph import Graph
from server.graphs import build_graph
from tests.conftest import SEEDED_TODAY, Addresses
from tests.differential.salt import sprinkle
from tests.guards.conftest import Memory

CUSTOMERS = 60
AGENT = Viewer("agent", "service_agent", frozenset({"care"}), "care", None, datetime.now(UTC))

# What the order means: the value where the viewer may order by it, and nothing where not.
MASKED = {"NAME": "CASE WHEN flags & 64 = 0 THEN display_name END", "SINCE": "since"}
LITERAL = (
    "SELECT id::text FROM core.customer WHERE status <> 'ERASED' ORDER BY {key} {direction} NULLS LAST, id {direction}"
)
HIDDEN = "SELECT count(*) FROM core.customer WHERE ({key}) IS NULL"
PAGE = """query ($first: Int, $after: String, $last: Int, $before: String, $by: CustomerOrder!) {
  customers(first: $first, after: $after, last: $last, before: $before, orderBy: $by) {
    nodes { id }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""

Order = tuple[str, str]
ORDERS = [(field, direction) for field in MASKED for direction in ("ASC", "DESC")]


@pytest.fixture(scope="module")
async def graph(addresses: Addresses) -> AsyncIterator[Graph]:
    await seed(addresses, CUSTOMERS, seed=1, today=SEEDED_TODAY)
    await sprinkle(addresses)
    async with Databases.open(addresses) as databases:
        yield build_graph(databases, load(), Memory())


@pytest.fixture(params=ORDERS, ids=" ".join)
def order(request: pytest.FixtureRequest) -> Order:
    asked: Order = request.param
    return asked


@pytest.fixture
async def expected(addresses: Addresses, graph: Graph, order: Order) -> list[str]:
    """All customers by the masked value itself. Some show no key, and some do."""
    field, direction = order
    connection = await asyncpg.connect(addresses["core"])
    try:
        rows = await connection.fetch(LITERAL.format(key=MASKED[field], direction=direction))
        hidden = await connection.fetchval(HIDDEN.format(key=MASKED[field]))
    finally:
        await connection.close()
    assert 3 < hidden < len(rows) - 3
    return [row[0] for row in rows]


@pytest.mark.parametrize("size", [1, 7, 50])
async def test_forwards(graph: Graph, order: Order, expected: list[str], size: int) -> None:
    found, after = list[str](), None
    while True:
        page = await _page(graph, order, first=size, after=after)
        found += [node["id"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert found == expected


@pytest.mark.parametrize("size", [1, 7, 50])
async def test_backwards(graph: Graph, order: Order, expected: list[str], size: int) -> None:
    found, before = list[str](), None
    while True:
        page = await _page(graph, order, last=size, before=before)
        found = [node["id"] for node in page["nodes"]] + found
        before = page["pageInfo"]["startCursor"]
        if not page["pageInfo"]["hasPreviousPage"]:
            break

    assert found == expected


async def test_between_two_cursors(graph: Graph, order: Order, expected: list[str]) -> None:
    for start, end in ((0, 5), (3, len(expected) - 4), (len(expected) - 9, len(expected) - 1)):
        bounds = {"after": expected[start], "before": expected[end]}
        first = await _page(graph, order, first=100, **bounds)
        last = await _page(graph, order, last=100, **bounds)

        assert [node["id"] for node in first["nodes"]] == expected[start + 1 : end]
        assert [node["id"] for node in last["nodes"]] == expected[start + 1 : end]


async def _page(graph: Graph, order: Order, **bounds: str | int | None) -> Any:
    field, direction = order
    variables = {"by": {"field": field, "direction": direction}, **bounds}
    answer = await graph.answer(Request(PAGE, None, variables, AGENT, read_only=True, request_id="branches"))
    return orjson.loads(answer.body)["data"]["customers"]

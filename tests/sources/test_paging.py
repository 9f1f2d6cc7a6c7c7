"""Walks through a customer's lists, forwards and backwards, give the bytes that tables give, page by page."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from tests.conftest import Addresses
from tests.sources.conftest import Asked

WALK = """query($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $kinds: [TicketKind!]) {
  customer(by: {id: $id}) { service {
    tickets(first: $first, after: $after, last: $last, before: $before, kinds: $kinds) {
      totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { number } }
    }
  } }
}"""
BUSIEST = """
SELECT customer_id FROM service.ticket
GROUP BY customer_id ORDER BY count(*) DESC, customer_id LIMIT 1
"""


@pytest.fixture
async def busiest(seeded: Addresses) -> str:
    """The customer with the most tickets."""
    connection = await asyncpg.connect(seeded["service"])
    try:
        return str(await connection.fetchval(BUSIEST))
    finally:
        await connection.close()


class Both:
    """Asks both, and holds them to the same bytes."""

    def __init__(self, graph: Asked, in_sql: Asked, customer: str) -> None:
        self._graph, self._in_sql, self._customer = graph, in_sql, customer

    async def tickets(self, **page: Any) -> Any:
        assert await self._graph.body(WALK, id=self._customer, **page) == await self._in_sql.body(
            WALK, id=self._customer, **page
        )
        answer = await self._graph.json(WALK, id=self._customer, **page)
        if "errors" in answer:
            return answer["errors"][0]["extensions"]["code"]
        return answer["data"]["customer"]["service"]["tickets"]


@pytest.fixture
def both(graph: Asked, in_sql: Asked, busiest: str) -> Both:
    return Both(graph, in_sql, busiest)


def numbers(page: Any) -> Sequence[str]:
    return [edge["node"]["number"] for edge in page["edges"]]


@pytest.fixture
async def every(both: Both) -> Any:
    found = await both.tickets(first=100)
    assert len(found["edges"]) == found["totalCount"] > 3
    return found


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_forwards(size: int, both: Both, every: Any) -> None:
    seen, page = list[str](), await both.tickets(first=size)
    while True:
        seen += numbers(page)
        if not page["pageInfo"]["hasNextPage"]:
            break
        page = await both.tickets(first=size, after=page["pageInfo"]["endCursor"])
    assert seen == numbers(every)


@pytest.mark.parametrize("size", [1, 2, 3])
async def test_backwards(size: int, both: Both, every: Any) -> None:
    seen, page = list[str](), await both.tickets(last=size)
    while True:
        seen = [*numbers(page), *seen]
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        page = await both.tickets(last=size, before=page["pageInfo"]["startCursor"])
    assert seen == numbers(every)


async def test_between_two_cursors(both: Both, every: Any) -> None:
    first, *_, last = [edge["cursor"] for edge in every["edges"]]
    assert numbers(await both.tickets(first=100, after=first, before=last)) == numbers(every)[1:-1]
    assert numbers(await both.tickets(last=1, after=first, before=last)) == numbers(every)[-2:-1]
    assert numbers(await both.tickets(first=5, after=last, before=first)) == []


async def test_a_row_that_a_filter_leaves_out_keeps_its_place(both: Both, every: Any) -> None:
    for edge in every["edges"]:
        for kind in ("QUESTION", "INCIDENT", "COMPLAINT"):
            await both.tickets(first=1, after=edge["cursor"], kinds=[kind])
            await both.tickets(last=1, before=edge["cursor"], kinds=[kind])


@pytest.mark.parametrize("cursor", ["", "no cursor", "00000000-0000-4000-8000-000000000001"])
@pytest.mark.parametrize("side", ["after", "before"])
async def test_a_cursor_of_no_row_is_refused(side: str, cursor: str, both: Both) -> None:
    assert await both.tickets(**{side: cursor}) == "BAD_CURSOR"


async def test_a_cursor_of_another_customers_row_is_refused(both: Both, seeded: Addresses, busiest: str) -> None:
    connection = await asyncpg.connect(seeded["service"])
    try:
        query = "SELECT id::text FROM service.ticket WHERE customer_id <> $1 ORDER BY id LIMIT 1"
        other = await connection.fetchval(query, busiest)
    finally:
        await connection.close()
    assert await both.tickets(after=other) == "BAD_CURSOR"

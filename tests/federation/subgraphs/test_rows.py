from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import orjson
import pytest

from auth.policy.reach import Reach, RowScope
from datasources.sample.seed import seed
from tests.conftest import SEEDED_TODAY
from tests.federation.subgraph import ENTITIES, ORDER, Subgraph, of_type, open_subgraph

PARTNER, SELF = ("partner_client", "partner"), ("data_subject", "rights")
ORDERS = "... on Customer { id sales { orders(first: 5) { nodes { id } } } } ... on Order { id number }"

STATED = """
    INSERT INTO core.privacy_event (customer_id, topic, state, occurred_at, recorded_via)
    VALUES ($1, '{}', '{}', now(), 'SERVICE')
"""


@pytest.fixture(scope="module")
async def core(addresses_apart: dict[str, str]) -> AsyncIterator[asyncpg.Connection]:
    await seed(addresses_apart, customers=30, seed=7, today=SEEDED_TODAY)
    connection = await asyncpg.connect(addresses_apart["core"])
    await connection.execute("UPDATE core.customer SET status = 'ACTIVE'")
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def sales(core: asyncpg.Connection, addresses_apart: dict[str, str]) -> AsyncIterator[Subgraph]:
    async with open_subgraph(addresses_apart, "sales") as subgraph:
        yield subgraph


@pytest.fixture(scope="module")
async def of(sales: Subgraph, core: asyncpg.Connection) -> list[Any]:
    """Three customers that sales may see, and the last order of each."""
    known = of_type("Customer", *(row[0] for row in await core.fetch("SELECT id::text FROM core.customer")))
    found = [each for each in await sales.entities(ORDERS, known, ORDER) if each and each["sales"]["orders"]["nodes"]]
    first = found[:3]
    assert len(first) == 3
    orders = [each["sales"]["orders"]["nodes"][0]["id"] for each in first]
    return [*of_type("Customer", *(each["id"] for each in first)), *of_type("Order", *orders)]


async def there(sales: Subgraph, of: list[Any], role: Any = ORDER, scope: RowScope | None = None) -> list[bool]:
    request = sales.request(ENTITIES % ORDERS, role, *([scope] if scope else []), of=of)
    found = orjson.loads((await sales.graph.answer(request)).body)["data"]["_entities"]
    return [each is not None for each in found]


@pytest.mark.parametrize(
    ("change", "undone"),
    [
        ("UPDATE core.customer SET status = 'ERASED' WHERE id = $1", "UPDATE core.customer SET status = 'ACTIVE'"),
        (STATED.format("PROCESSING", "RESTRICTED"), STATED.format("PROCESSING", "RESTRICTION_LIFTED")),
    ],
    ids=["erased", "restricted"],
)
async def test_whoever_may_not_be_known_of_is_null_from_the_next_request_on(
    sales: Subgraph,
    core: asyncpg.Connection,
    of: list[Any],
    change: str,
    undone: str,
) -> None:
    assert await there(sales, of) == [True] * 6
    await core.execute(change, of[1]["id"])
    assert await there(sales, of) == [True, False, True] * 2
    await core.execute(undone, *([of[1]["id"]] if "$1" in undone else []))
    assert await there(sales, of) == [True] * 6


async def test_whoever_is_out_of_reach_is_null(
    sales: Subgraph,
    core: asyncpg.Connection,
    of: list[Any],
) -> None:
    own = RowScope(Reach.SELF, of[0]["id"])
    assert await there(sales, of, SELF, own) == [True, False, False] * 2
    linked = RowScope(Reach.LINKED, "contract")
    assert await there(sales, of, PARTNER, linked) == [False] * 6
    await core.execute("INSERT INTO core.partner_link (contract, customer_id) VALUES ('contract', $1)", of[2]["id"])
    await core.execute(STATED.format("PARTNER_SHARING", "CONSENT_GIVEN"), of[2]["id"])
    assert (await there(sales, of, PARTNER, linked))[:3] == [False, False, True]
    await core.execute("UPDATE core.customer SET territory = 'NORTH' WHERE id = $1", of[1]["id"])
    await core.execute("UPDATE core.customer SET territory = 'SOUTH' WHERE id <> $1", of[1]["id"])
    assert await there(sales, of, ORDER, RowScope(Reach.TERRITORY, "NORTH")) == [False, True, False] * 2


async def test_an_order_of_somebody_else_is_null(sales: Subgraph, of: list[Any]) -> None:
    mine, theirs = of[3]["id"].split("_"), of[4]["id"].split("_")
    swapped = "_".join([mine[0], mine[1], theirs[2]])
    assert await there(sales, of_type("Order", of[3]["id"], swapped)) == [True, False]

"""A department that fails costs its own fields; without core nothing personal is shown; then everything works again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import orjson

from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.databases import Databases
from datasources.sample.seed import seed
from resolvers.answering.requests import Outcome, Request
from resolvers.graph import Graph
from server.graphs import build_graph
from tests.conftest import SEEDED_TODAY
from tests.resolvers.conftest import POLICY, viewer

NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing"
CARD = """{ customer(by: {number: "C-000001"}) {
  number finance { balance { amount } } sales { orders(first: 1) { nodes { number customer { number } } } }
} }"""
TICKET = '{ ticket(number: "T-000001-01") { number } }'


@asynccontextmanager
async def graph_over(addresses: dict[str, str], log: str) -> AsyncIterator[Graph]:
    async with Databases.open(addresses) as databases, CoreAccessLog.open(log) as access_log:
        yield build_graph(databases, POLICY, access_log)


async def errors_of(graph: Graph, document: str) -> tuple[Outcome, object, list[tuple[str, list[str | int]]]]:
    answer = await graph.answer(Request(document, None, None, viewer("service_agent", "care"), False, "test"))
    body = orjson.loads(answer.body)
    errors = [(error["extensions"]["code"], error["path"]) for error in body.get("errors", ())]
    return answer.outcome, body.get("data"), errors


async def test_a_department_out_of_reach_costs_its_own_fields(seeded_apart: dict[str, str]) -> None:
    async with graph_over({**seeded_apart, "finance": NOWHERE}, seeded_apart["core"]) as graph:
        outcome, data, errors = await errors_of(graph, CARD)

    order = {"number": "SO-000001-014", "customer": {"number": "C-000001"}}
    assert data == {"customer": {"number": "C-000001", "finance": None, "sales": {"orders": {"nodes": [order]}}}}
    assert (outcome, errors) == (Outcome.PARTIAL, [("DEPARTMENT_UNAVAILABLE", ["customer", "finance"])])


async def test_a_department_out_of_reach_cannot_say_whose_an_object_is(seeded_apart: dict[str, str]) -> None:
    async with graph_over({**seeded_apart, "service": NOWHERE}, seeded_apart["core"]) as graph:
        assert await errors_of(graph, TICKET) == (
            Outcome.PARTIAL,
            {"ticket": None},
            [("DEPARTMENT_UNAVAILABLE", ["ticket"])],
        )


async def test_without_core_nothing_personal_is_shown(seeded_apart: dict[str, str]) -> None:
    async with graph_over({**seeded_apart, "core": NOWHERE}, seeded_apart["core"]) as graph:
        assert await errors_of(graph, CARD) == (
            Outcome.PARTIAL,
            {"customer": None},
            [("CORE_UNAVAILABLE", ["customer"])],
        )


async def test_without_the_log_nothing_leaves(seeded: dict[str, str]) -> None:
    async with graph_over(seeded, NOWHERE) as graph:
        answer = await graph.answer(Request(CARD, None, None, viewer("service_agent", "care"), False, "test"))

    assert answer.outcome is Outcome.FAILED
    assert b"C-000001" not in answer.body
    assert orjson.loads(answer.body)["errors"][0]["extensions"]["code"] == "ACCESS_LOG_UNAVAILABLE"


async def test_a_broken_department_in_a_shared_database_costs_its_own_fields(addresses: dict[str, str]) -> None:
    await seed(addresses, customers=3, seed=7, today=SEEDED_TODAY)
    async with graph_over(addresses, addresses["core"]) as graph:
        whole = await errors_of(graph, CARD)
        connection = await asyncpg.connect(addresses["finance"])
        await connection.execute("ALTER TABLE finance.account RENAME TO elsewhere")
        outcome, data, errors = await errors_of(graph, CARD)
        await connection.execute("ALTER TABLE finance.elsewhere RENAME TO account")
        await connection.close()
        again = await errors_of(graph, CARD)

    assert isinstance(data, dict)
    assert isinstance(whole[1], dict)
    assert data["customer"] == {**whole[1]["customer"], "finance": None}
    assert (outcome, errors) == (Outcome.PARTIAL, [("DEPARTMENT_UNAVAILABLE", ["customer", "finance"])])
    assert again == whole


async def test_texts_that_cannot_be_told_apart_are_given_to_nobody(addresses_apart: dict[str, str]) -> None:
    """A database whose checks were taken away holds what separates one customer's text from the next."""
    await seed(addresses_apart, customers=6, seed=7, today=SEEDED_TODAY)
    states = "{ customers(first: 2) { nodes { sales { orders(first: 3) { nodes { state } } } } } }"
    ordered = "{ customers(first: 4) { nodes { sales { orders(first: 1) { nodes { customer { country } } } } } } }"
    async with graph_over(addresses_apart, addresses_apart["core"]) as graph:
        await _drift(addresses_apart["sales"], "sales.sales_order", "ck_sales_order_state_known", "state = E'A\\x1eB'")
        outcome, data, errors = await errors_of(graph, states)
        assert data == {"customers": {"nodes": [{"sales": None}] * 2}}
        assert errors == [("DEPARTMENT_UNAVAILABLE", ["customers", "nodes", n, "sales"]) for n in range(2)]

        await _drift(addresses_apart["core"], "core.customer", "ck_customer_country_iso3166", "country = E'D\\x1eE'")
        outcome, data, errors = await errors_of(graph, ordered)
        assert (outcome, data) == (Outcome.PARTIAL, {"customers": None})
        assert errors == [("CORE_UNAVAILABLE", ["customers"])]


async def _drift(address: str, table: str, check: str, change: str) -> None:
    connection = await asyncpg.connect(address)
    await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check}; UPDATE {table} SET {change}")  # noqa: S608
    await connection.close()

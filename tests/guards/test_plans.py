"""How PostgreSQL means to answer: by indexes, wherever a table grows with the number of customers."""

from collections.abc import Iterator
from typing import Any

import asyncpg
import orjson
import pytest

from tests.conftest import Addresses
from tests.guards.conftest import Asked, House, Statement, document

# Small tables without personal data, which PostgreSQL reads whole.
CATALOGUE = ("product", "segment", "campaign")

# A transaction that is never committed gives every other table so many times its rows in the statistics.
GROWN = 100
_PRETEND = """
UPDATE pg_class SET reltuples = reltuples * $1::int
WHERE relnamespace::regnamespace::text IN ('core', 'finance', 'sales', 'service', 'marketing')
    AND relname !~ '(^|_)(product|segment|campaign)$' AND relkind IN ('r', 'i')
"""
SESSION = {"jit": "off", "plan_cache_mode": "force_generic_plan", "max_parallel_workers_per_gather": "0"}

LISTS = {
    "by name": "{ customers(first: 10, orderBy: { field: NAME }) { nodes { id } } }",
    "by number": "{ customers(first: 10, orderBy: { field: NUMBER, direction: DESC }) { nodes { id } } }",
    "since": "{ customers(first: 10, orderBy: { field: SINCE }) { nodes { id } } }",
    "newest": "{ customers(first: 10, orderBy: { field: SINCE, direction: DESC }) { nodes { id } } }",
    "by phone": '{ customers(filter: { phone: "+4930123456" }) { nodes { id } } }',
    "by email": '{ customers(filter: { email: "a@example.org" }) { nodes { id } } }',
    "starting with": '{ customers(filter: { nameStartsWith: "Ann" }) { nodes { id } } }',
    "order": '{ order(number: "SO-1") { number customer { number } } }',
    "ticket": '{ ticket(number: "T-1") { number messages(first: 3) { nodes { body } } customer { number } } }',
    "recommended": """{ customers(first: 10) { nodes {
        sales { productsOwned { product { name } } recommendations { product { name } } }
        service { calls(first: 3) { nodes { agent } } feedback(first: 3) { nodes { value ticketNumber } } }
        identifiers { value } channelPreferences { channel }
        privacy { consents { history { state } } objections { topic } }
        finance { balance { amount } overdue { amount } ageing { notDue { amount } } }
    } } }""",
}


async def test_workloads_read_no_growing_table_whole(
    house: House, crowd: Addresses, variables: Asked, workload: str
) -> None:
    await house.ask(document(workload), variables[workload][0])

    assert await _scanned_whole(crowd, house.statements) == set()


@pytest.mark.parametrize("name", LISTS)
async def test_ways_in_and_lists_read_no_growing_table_whole(house: House, crowd: Addresses, name: str) -> None:
    await house.ask(LISTS[name])

    assert await _scanned_whole(crowd, house.statements) == set()


@pytest.mark.parametrize("workload", ["list50", "list100"])
async def test_a_page_sorts_nothing(house: House, crowd: Addresses, variables: Asked, workload: str) -> None:
    """To set up a sort for each customer of a page costs more than to read what is sorted."""
    await house.ask(document(workload), variables[workload][0])

    assert [node["Sort Key"] for node in await _explain(crowd, house.statements) if "Sort Key" in node] == []


async def _scanned_whole(addresses: Addresses, statements: list[Statement]) -> set[str]:
    nodes = await _explain(addresses, statements)
    return {node["Relation Name"] for node in nodes if node["Node Type"].endswith("Seq Scan")} - set(CATALOGUE)


async def _explain(addresses: Addresses, statements: list[Statement]) -> list[dict[str, Any]]:
    """Every node of every plan."""
    assert statements
    connection = await asyncpg.connect(addresses["core"], server_settings=SESSION)
    try:
        await connection.execute("BEGIN")
        await connection.execute(_PRETEND, GROWN)
        found = [await _plan(connection, each) for each in statements]
    finally:
        await connection.close()
    return [node for plan in found for node in _nodes(plan)]


async def _plan(connection: "asyncpg.Connection[asyncpg.Record]", statement: Statement) -> dict[str, Any]:
    """The plan that serves all values alike, as the server's connections use it."""
    explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON, GENERIC_PLAN) {statement.sql}", *statement.values)
    plan: dict[str, Any] = orjson.loads(explained)[0]["Plan"]
    return plan


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)

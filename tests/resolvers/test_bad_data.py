"""A value that cannot be computed with costs its own field of its own customer; it is named, logged and counted."""

import logging
from typing import Any

import asyncpg
import orjson
import pytest

from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.databases import Databases
from datasources.sample.seed import is_empty, seed
from resolvers.answering.requests import Outcome, Request
from server.graphs import build_graph
from tests.conftest import SEEDED_TODAY
from tests.resolvers.conftest import POLICY, viewer

PAGE = """{ customers(first: 9) { nodes {
  number finance { balance { amount } overdue { amount } ageing { notDue { amount } }
    invoices(first: 2) { nodes { daysOverdue } } payments(first: 1) { nodes { customer { number } } } }
} } }"""


@pytest.fixture(params=["fused", "apart"])
async def place(
    request: pytest.FixtureRequest, addresses: dict[str, str], addresses_apart: dict[str, str]
) -> dict[str, str]:
    found = addresses if request.param == "fused" else addresses_apart
    if await is_empty(found):
        await seed(found, customers=9, seed=7, today=SEEDED_TODAY)
    return found


async def ask(
    databases: Databases, log: CoreAccessLog, document: str = PAGE, role: str = "finance_clerk", why: str = "accounting"
) -> tuple[Outcome, Any]:
    graph = build_graph(databases, POLICY, log)
    answer = await graph.answer(Request(document, None, None, viewer(role, why), False, "test"))
    body = orjson.loads(answer.body)
    return answer.outcome, body


async def test_one_bad_row_costs_its_customers_field(place: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    async with Databases.open(place) as databases, CoreAccessLog.open(place["core"]) as log:
        _, whole = await ask(databases, log)
        nodes = whole["data"]["customers"]["nodes"]
        assert len(nodes) == 9
        bad = next(n for n, node in enumerate(nodes) if node["finance"]["invoices"]["nodes"])
        number = nodes[bad]["number"]
        await _never_due(place, number)
        with caplog.at_level(logging.WARNING, "customer360.data"):
            outcome, partial = await ask(databases, log)
        counted = dict(databases.bad_values)

    for name in ("overdue", "ageing", "invoices"):
        nodes[bad]["finance"][name] = None
    assert partial["data"] == whole["data"]
    assert outcome is Outcome.PARTIAL
    errors = {
        (*each["path"], each["extensions"]["code"], each["extensions"]["coordinate"]) for each in partial["errors"]
    }
    path = ("customers", "nodes", bad, "finance")
    assert errors == {(*path, name, "BAD_DATA", f"Finance.{name}") for name in ("overdue", "ageing", "invoices")}
    assert counted["finance"] == 3
    assert sorted(record.getMessage() for record in caplog.records) == [
        f"finance: 1 values for Finance.{name} cannot be shown" for name in ("ageing", "invoices", "overdue")
    ]


@pytest.mark.parametrize(
    ("birth", "year"), [("infinity", None), ("-infinity", None), ("9999-12-31", 9999), ("0001-01-01", 1)]
)
async def test_a_year_is_a_number_or_null(place: dict[str, str], birth: str, year: int | None) -> None:
    core = await asyncpg.connect(place["core"])
    number = await core.fetchval("SELECT number FROM core.customer WHERE kind = 'INDIVIDUAL' AND status = 'ACTIVE'")
    await core.execute(f"UPDATE core.customer SET birth_date = '{birth}' WHERE number = $1", number)  # noqa: S608
    await core.close()
    document = f'{{ customer(by: {{number: "{number}"}}) {{ number party {{ ... on Individual {{ birthYear }} }} }} }}'
    async with Databases.open(place) as databases, CoreAccessLog.open(place["core"]) as log:
        outcome, body = await ask(databases, log, document, "service_agent", "care")
    assert (outcome, body["data"]) == (Outcome.OK, {"customer": {"number": number, "party": {"birthYear": year}}})


async def _never_due(place: dict[str, str], number: str) -> None:
    core, finance = await asyncpg.connect(place["core"]), await asyncpg.connect(place["finance"])
    customer = await core.fetchval("SELECT id FROM core.customer WHERE number = $1", number)
    await finance.execute("UPDATE finance.invoice SET due_on = 'infinity' WHERE customer_id = $1", customer)
    await core.close()
    await finance.close()

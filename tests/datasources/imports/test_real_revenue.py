"""The customers who brought most, through the graph, equal a plain reading of the file."""

import csv
import gzip
import os
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.databases import Databases
from datasources.imports.mapping_file import load_mapping
from datasources.imports.run import import_file
from resolvers.answering.requests import Request
from resolvers.graph import Graph
from server.graphs import build_graph
from tests.resolvers.conftest import POLICY, viewer

DATA = os.environ.get("CUSTOMER360_REAL_DATA")
MAPPING = Path("datasources/imports/mappings/online-retail.toml")
BEST = 10

PAGE = """query Orders($number: String!, $after: String) { customer(by: {number: $number}) { sales {
  orders(states: [COMPLETED], first: 100, after: $after) {
    nodes { total { amount currency } lines { amount { amount } } } pageInfo { hasNextPage endCursor }
  }
} } }"""


@pytest.mark.skipif(DATA is None, reason="CUSTOMER360_REAL_DATA names no folder with the public data")
async def test_best_customers_equal_the_file(addresses: dict[str, str], tmp_path: Path) -> None:
    file = Path(str(DATA)) / "online-retail.csv.gz"
    summary = await import_file(addresses, file, load_mapping(MAPPING), tmp_path / "rejects.csv")
    assert summary.accepted + summary.rejected + summary.merged == 541_909

    best = sorted(_revenue(file).items(), key=lambda each: each[1])[-BEST:]
    async with Databases.open(addresses) as databases, CoreAccessLog.open(addresses["core"]) as log:
        graph = build_graph(databases, POLICY, log)
        assert {number: await _revenue_by_graph(graph, number) for number, _ in best} == dict(best)


def _revenue(file: Path) -> dict[str, Decimal]:
    """What each customer bought: lines that are not cancelled, with a quantity and a price."""
    revenue: dict[str, Decimal] = defaultdict(Decimal)
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            quantity, price = int(line["Quantity"]), Decimal(line["UnitPrice"])
            if line["CustomerID"] and not line["InvoiceNo"].startswith("C") and quantity > 0 and price > 0:
                revenue[f"OR-{line['CustomerID'].removesuffix('.0')}"] += quantity * price
    return revenue


async def _revenue_by_graph(graph: Graph, number: str) -> Decimal:
    total, lines, after = Decimal(), Decimal(), None
    while True:
        orders = await _page(graph, number, after)
        total += sum(Decimal(order["total"]["amount"]) for order in orders["nodes"])
        lines += sum(Decimal(line["amount"]["amount"]) for order in orders["nodes"] for line in order["lines"])
        if not orders["pageInfo"]["hasNextPage"]:
            assert total == lines
            return total
        after = orders["pageInfo"]["endCursor"]


async def _page(graph: Graph, number: str, after: str | None) -> Any:
    variables = {"number": number, "after": after}
    answer = await graph.answer(Request(PAGE, None, variables, viewer("sales_rep", "order"), False, "test"))
    return orjson.loads(answer.body)["data"]["customer"]["sales"]["orders"]

"""A department's own tables and views: a value that the schema does not allow is null, named, and counted."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson
import pytest

from datasources.core.access_log import CoreAccessLog
from datasources.departments import METADATA
from datasources.engine.running.constraints import unchecked_departments
from datasources.engine.running.databases import Databases
from datasources.sample.seed import seed
from resolvers.answering.requests import Request
from server.graphs import build_graph
from tests.conftest import SEEDED_TODAY
from tests.resolvers.conftest import POLICY, viewer

NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing"
INVOICES = """{ customers(first: 9) { nodes { finance { balance { amount } invoices(first: 50) { nodes {
  number state issuedOn total { amount currency } tax { amount } } } } } } }"""
# The column as a department's view gives it, the field, and what is left of its values.
VIEWS = [
    ("'PENDING'::text", "state", "state"),
    ("NULL::text", "state", "state"),
    ('E\'SENT","x":"\'', "state", "state"),
    ("NULL::numeric", "total", "total"),
    ("'NaN'::numeric", "tax", "tax"),
    ("'Infinity'::numeric", "total", "total"),
    ("'infinity'::date", "issued_on", "issuedOn"),
    ("'10000-01-01'::date", "issued_on", "issuedOn"),
    ("E'EUR\"'", "currency", "total"),
    ("''::text", "currency", "total"),
]


@asynccontextmanager
async def opened(addresses: dict[str, str]) -> AsyncIterator[Databases]:
    async with Databases.open(addresses, timeout_ms=60_000) as databases:
        databases.unchecked = await unchecked_departments(databases, METADATA, 60.0)
        yield databases


async def ask(databases: Databases, core: str) -> Any:
    async with CoreAccessLog.open(core) as log:
        graph = build_graph(databases, POLICY, log)
        request = Request(INVOICES, None, None, viewer("finance_clerk", "accounting"), False, "test")
        return orjson.loads((await graph.answer(request)).body)


def invoices(body: Any) -> list[Any]:
    """All invoices by number, because their own order rests on one of the columns."""
    found = (each for node in body["data"]["customers"]["nodes"] for each in node["finance"]["invoices"]["nodes"])
    return sorted(found, key=lambda invoice: str(invoice["number"]))


async def test_our_own_tables_need_no_checks(addresses: dict[str, str], addresses_apart: dict[str, str]) -> None:
    for each in (addresses, addresses_apart):
        async with opened(each) as databases:
            assert databases.unchecked == frozenset()


async def test_a_database_that_does_not_answer_is_checked(addresses_apart: dict[str, str]) -> None:
    async with Databases.open({**addresses_apart, "sales": NOWHERE}) as databases:
        assert await unchecked_departments(databases, METADATA, 5.0) == {"sales"}


@pytest.mark.parametrize(("expression", "column", "field"), VIEWS)
async def test_a_value_that_the_schema_does_not_allow_is_null(
    seeded_copy: dict[str, str], expression: str, column: str, field: str
) -> None:
    async with opened(seeded_copy) as databases:
        whole = await ask(databases, seeded_copy["core"])
    await _replace_by_view(seeded_copy["finance"], column, expression)
    async with opened(seeded_copy) as databases:
        assert "finance" in databases.unchecked
        partial = await ask(databases, seeded_copy["core"])
        counted = databases.bad_values["finance"]

    shown = invoices(whole)
    assert len(shown) > 5
    for each in shown:
        each[field] = None
        if column == "currency":
            each["tax"] = None
    assert invoices(partial) == shown
    bad = [each["extensions"] for each in partial["errors"]]
    names = {"Invoice.total", "Invoice.tax"} if column == "currency" else {f"Invoice.{field}"}
    assert {(each["code"], each["department"], each["coordinate"]) for each in bad} == {
        ("BAD_DATA", "finance", name) for name in names
    }
    assert counted == len(bad) == len(shown) * len(names)


async def test_a_constraint_that_is_gone_is_noticed(addresses_apart: dict[str, str]) -> None:
    connection = await asyncpg.connect(addresses_apart["sales"])
    await connection.execute("ALTER TABLE sales.sales_order DROP CONSTRAINT ck_sales_order_state_known")
    await connection.close()
    async with opened(addresses_apart) as databases:
        assert databases.unchecked == {"sales"}


@pytest.fixture
async def seeded_copy(addresses_apart: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    finance = await asyncpg.connect(addresses_apart["finance"])
    if not await finance.fetchval("SELECT EXISTS (SELECT FROM finance.invoice)"):
        await seed(addresses_apart, customers=9, seed=7, today=SEEDED_TODAY)
    yield addresses_apart
    await finance.execute("DROP VIEW finance.invoice; ALTER TABLE finance.own_invoice RENAME TO invoice")
    await finance.close()


async def _replace_by_view(address: str, column: str, expression: str) -> None:
    connection = await asyncpg.connect(address)
    names = [each.name for each in METADATA["finance"].tables["finance.invoice"].columns]
    columns = ", ".join(f"{expression} AS {name}" if name == column else name for name in names)
    await connection.execute("ALTER TABLE finance.invoice RENAME TO own_invoice")
    await connection.execute(f"CREATE VIEW finance.invoice AS SELECT {columns} FROM finance.own_invoice")  # noqa: S608
    await connection.close()

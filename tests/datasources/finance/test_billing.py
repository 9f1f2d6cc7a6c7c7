"""The currency of balances is stored: no account that a viewer may not see decides it."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest

from auth.policy.file import load
from auth.viewer import Viewer
from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.databases import Databases
from resolvers.answering.requests import Request
from server.graphs import build_graph

POLICY = load()
DOCUMENT = """query ($id: ID!) { customer(by: {id: $id}) { finance {
  balance { amount currency } balances { amount currency } overdue { amount currency } } } }"""
OPENED = (date(2020, 1, 1), date(2021, 1, 1))


@pytest.fixture
async def connection(addresses: Mapping[str, str]) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    found = await asyncpg.connect(addresses["core"])
    yield found
    await found.close()


async def add_customer(connection: "asyncpg.Connection[asyncpg.Record]") -> UUID:
    id_: UUID = await connection.fetchval(
        "INSERT INTO core.customer (number, status, kind, display_name)"
        " VALUES ($1, 'ACTIVE', 'INDIVIDUAL', 'Kim') RETURNING id",
        f"B-{uuid4()}",
    )
    return id_


async def add_account(
    connection: "asyncpg.Connection[asyncpg.Record]", customer: UUID, currency: str, balance: str, opened_on: date
) -> None:
    await connection.execute(
        "INSERT INTO finance.account (customer_id, number, currency, balance, opened_on)"
        " VALUES ($1, $2, $3, $4::text::numeric, $5)",
        *(customer, f"A-{uuid4()}", currency, balance, opened_on),
    )


async def finance_of(addresses: Mapping[str, str], customer: UUID) -> dict[str, Any]:
    """What service sees, which sees no accounts."""
    now = datetime.now(UTC)
    until = datetime(2100, 1, 1, tzinfo=UTC)
    viewer = Viewer("someone", "service_agent", frozenset({"care"}), "care", None, until, authenticated_at=now)
    async with Databases.open(addresses, timeout_ms=60_000) as databases, CoreAccessLog.open(addresses["core"]) as log:
        graph = build_graph(databases, POLICY, log, 60_000)
        request = Request(DOCUMENT, None, {"id": str(customer)}, viewer, read_only=True, request_id="billing")
        answer = orjson.loads((await graph.answer(request)).body)
    found: dict[str, Any] = answer["data"]["customer"]["finance"]
    return found


async def test_the_age_of_accounts_decides_nothing(
    addresses: dict[str, str], connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    customer = await add_customer(connection)
    for currency, balance, opened_on in zip(("SEK", "EUR"), ("100.00", "7.50"), OPENED, strict=True):
        await add_account(connection, customer, currency, balance, opened_on)
    before = await finance_of(addresses, customer)
    assert before["balance"] == {"amount": "100.00", "currency": "SEK"}
    await connection.execute(
        "UPDATE finance.account SET opened_on = '2019-01-01' WHERE customer_id = $1 AND currency = 'EUR'", customer
    )
    assert await finance_of(addresses, customer) == before


async def test_a_debt_in_another_currency_is_shown(
    addresses: dict[str, str], connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    customer = await add_customer(connection)
    for currency, balance in (("SEK", "0.00"), ("EUR", "12.00"), ("EUR", "30.50"), ("CHF", "-4.00")):
        await add_account(connection, customer, currency, balance, OPENED[0])
    found = await finance_of(addresses, customer)
    assert found["balance"] == {"amount": "0.00", "currency": "SEK"}
    assert found["balances"] == [
        {"amount": "-4.00", "currency": "CHF"},
        {"amount": "42.50", "currency": "EUR"},
        {"amount": "0.00", "currency": "SEK"},
    ]


async def test_a_customer_without_accounts_owes_nothing(
    addresses: dict[str, str], connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    customer = await add_customer(connection)
    assert await finance_of(addresses, customer) == {"balance": None, "balances": [], "overdue": None}


async def test_a_billing_currency_that_was_set_stays(
    addresses: dict[str, str], connection: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    customer = await add_customer(connection)
    await connection.execute("INSERT INTO finance.billing (customer_id, currency) VALUES ($1, 'EUR')", customer)
    await add_account(connection, customer, "SEK", "9.00", OPENED[0])
    assert (await finance_of(addresses, customer))["balance"] == {"amount": "0.00", "currency": "EUR"}

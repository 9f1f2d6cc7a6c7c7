from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import asyncpg
import pytest

from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.databases import Databases
from datasources.sample.seed import seed
from deploy.processes import HERE
from server.graphs import build_subgraph_graph
from tests.conftest import SEEDED_TODAY
from tests.federation.subgraph import ENTITIES, PAYMENT, POLICY, Subgraph, of_type, open_subgraph

LOGIN = "finance_subgraph"
FINANCE = "... on Customer { id finance { balance { amount } invoices(first: 2) { nodes { number } } } }"


@pytest.fixture(scope="module")
async def limited(addresses_apart: dict[str, str]) -> AsyncIterator[dict[str, str]]:
    """Core's and finance's databases, as the login of finance's subgraph reaches them."""
    await seed(addresses_apart, customers=20, seed=7, today=SEEDED_TODAY)
    core, finance = addresses_apart["core"], addresses_apart["finance"]
    await execute(core, (HERE / "core-logins.sql").read_text())
    await execute(finance, for_department((HERE / "department-logins.sql").read_text(), "finance"))
    await execute(core, f"CREATE ROLE {LOGIN} LOGIN IN ROLE customer360_subgraph, customer360_finance")
    yield {"core": as_login(core, LOGIN), "finance": as_login(finance, LOGIN)}
    await execute(core, f"DROP OWNED BY customer360_subgraph, {LOGIN}")
    await execute(finance, f"DROP OWNED BY customer360_finance, {LOGIN}")
    await execute(core, f"DROP ROLE {LOGIN}, customer360_subgraph, customer360_finance")


async def test_a_login_that_sees_flags_only_is_enough(addresses_apart: dict[str, str], limited: dict[str, str]) -> None:
    ids = await _column(addresses_apart["core"], "SELECT id::text FROM core.customer ORDER BY number")
    of = of_type("Customer", *ids)
    async with open_subgraph(addresses_apart, "finance") as owner, open_subgraph(limited, "finance") as subgraph:
        found = await subgraph.entities(FINANCE, of, PAYMENT)
        assert found == await owner.entities(FINANCE, of, PAYMENT)
    assert sum(each is not None for each in found) > 10


async def test_its_answers_go_on_record(addresses_apart: dict[str, str], limited: dict[str, str]) -> None:
    (id_, *_) = await _column(addresses_apart["core"], "SELECT id::text FROM core.customer WHERE status <> 'ERASED'")
    async with Databases.open(limited) as databases, CoreAccessLog.open(limited["core"]) as log:
        graph = build_subgraph_graph("finance", databases, POLICY, log)
        subgraph = Subgraph(graph, databases)  # type: ignore[arg-type]
        for _ in range(2):
            request = subgraph.request(ENTITIES % FINANCE, PAYMENT, of=of_type("Customer", id_))
            assert b'"errors"' not in (await graph.answer(request)).body
    kept = await _column(addresses_apart["core"], "SELECT subjects[1]::text FROM core.access_record")
    assert kept == [id_, id_]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT display_name FROM core.customer",
        "SELECT value FROM core.contact_point",
        "SELECT * FROM core.privacy_event",
        "SELECT * FROM core.access_record",
        "SELECT coordinates FROM core.disclosure",
        "SELECT * FROM core.event",
        "SELECT * FROM core.event_author",
        "SELECT * FROM core.change",
        "SELECT * FROM core.change_author",
        "SELECT * FROM core.activity",
        "SELECT * FROM core.job",
        "UPDATE core.customer_privacy SET flags = 0",
        "DELETE FROM core.access_record",
        "INSERT INTO core.partner_link VALUES ('x', gen_random_uuid())",
    ],
)
async def test_and_nothing_else_can_be_done_with_it(limited: dict[str, str], statement: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await execute(limited["core"], statement)


async def test_nor_in_its_own_database_but_read(limited: dict[str, str]) -> None:
    await execute(limited["finance"], "SELECT * FROM finance.invoice")
    for statement in (
        "DELETE FROM finance.invoice",
        "SELECT * FROM finance.event",
        "DELETE FROM finance.event",
        "SELECT * FROM finance.event_author",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await execute(limited["finance"], statement)


def for_department(script: str, department: str) -> str:
    """The script as psql reads it with its variables set."""
    return script.replace(':"department"', department).replace(':"role"', f"customer360_{department}")


def as_login(address: str, login: str) -> str:
    return urlsplit(address)._replace(netloc=f"{login}@").geturl()


async def execute(address: str, statement: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def _column(address: str, statement: str) -> list[str]:
    connection = await asyncpg.connect(address)
    try:
        return [row[0] for row in await connection.fetch(statement)]
    finally:
        await connection.close()

"""Departments on a streaming replica, core on its primary: rows may be late, flags never are."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import pytest

from auth.departments import DEPARTMENTS, Department
from auth.policy.file import load
from auth.policy.flags import Flag
from auth.viewer import Viewer
from datasources.core.access_log import CoreAccessLog
from datasources.core.codes import LegalBasis, PrivacyState, PrivacyTopic
from datasources.core.ledger import record
from datasources.engine.pools.embedded import EmbeddedServer
from datasources.engine.running.database import Database
from datasources.engine.running.databases import Databases
from datasources.sample.seed import seed
from migrations.upgrade import upgrade
from resolvers.answering.requests import Request
from resolvers.graph import Graph
from server.graphiql import screen_pop
from server.graphs import build_graph
from tests.conftest import SEEDED_TODAY, Addresses
from tests.datasources.replica import Replicated, copied, execute, started, value

SEGMENTS = "query($id: ID!) { customer(by: { id: $id }) { number marketing { segments { name } } } }"
INVOICES = "query($id: ID!) { customer(by: { id: $id }) { finance { invoices { nodes { number } } } } }"
IN_A_SEGMENT = """
SELECT c.id FROM core.customer c JOIN marketing.segment_membership m ON m.customer_id = c.id
WHERE c.status = 'ACTIVE' AND c.flags & 1 = 1 AND c.flags & (16 + 64) = 0 ORDER BY c.id LIMIT 1
"""
WITH_A_PHONE = """
SELECT p.value FROM core.contact_point p JOIN core.customer c ON c.id = p.customer_id
WHERE p.kind = 'PHONE' AND p.valid_to IS NULL AND c.status = 'ACTIVE' AND c.flags & 64 = 0 ORDER BY c.id LIMIT 1
"""
ADD_INVOICE = """
INSERT INTO finance.invoice (customer_id, number, state, issued_on, due_on, currency, total, tax, open_amount)
VALUES ($1, 'LATE-1', 'SENT', '2026-11-16', '2026-12-16', 'EUR', 10, 2, 10)
"""


@pytest.fixture(scope="module")
def primary() -> Iterator[EmbeddedServer]:
    """A server whose log can be followed."""
    folder = TemporaryDirectory(prefix="customer360-", ignore_cleanup_errors=True)
    with folder, started(Path(folder.name, "primary")) as server:
        yield server


@pytest.fixture(scope="module")
async def replicated(primary: EmbeddedServer) -> AsyncIterator[Replicated]:
    """Fifty customers in the primary, and a replica that follows it."""
    primary.ensure_database()
    home = dict.fromkeys(DEPARTMENTS, primary.url())
    await upgrade(home)
    await seed(home, customers=50, seed=7, today=SEEDED_TODAY)
    with started(copied(primary, primary.pgdata.with_name("replica"))) as replica:
        yield Replicated(primary.url(), replica.url())


@pytest.fixture(scope="module")
def split(replicated: Replicated) -> Addresses:
    """As an operator sets it: core at the primary, all others at the replica."""
    return dict.fromkeys(DEPARTMENTS, replicated.replica) | {"core": replicated.primary}


@pytest.fixture(scope="module")
async def graph(split: Addresses) -> AsyncIterator[Graph]:
    async with Databases.open(split, timeout_ms=30_000) as databases, CoreAccessLog.open(split["core"]) as log:
        yield build_graph(databases, load(), log, 30_000)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The databases that were asked, in order."""
    urls: list[str] = []
    run = Database.rows

    async def recorded(database: Database, sql: str, values: list[Any], deadline: float) -> Any:
        urls.append(database.url)
        return await run(database, sql, values, deadline)

    monkeypatch.setattr(Database, "rows", recorded)
    return urls


async def ask(graph: Graph, document: str, role: str, purpose: str, **variables: object) -> Any:
    viewer = Viewer("somebody", role, frozenset({purpose}), purpose, "tests", datetime.max.replace(tzinfo=UTC))
    answer = await graph.answer(Request(document, None, variables, viewer, read_only=True, request_id="replica"))
    content = orjson.loads(answer.body)
    assert "errors" not in content, content
    return content["data"]["customer"]


async def test_the_screen_pop_is_one_statement_to_each_and_answers_as_the_primary_alone(
    graph: Graph, replicated: Replicated, asked: list[str]
) -> None:
    phone = await value(replicated.primary, WITH_A_PHONE)
    answer = await ask(graph, screen_pop.query(), "service_agent", "care", phone=phone)
    assert asked == [replicated.primary, replicated.replica]
    home = dict.fromkeys(DEPARTMENTS, replicated.primary)
    async with Databases.open(home, timeout_ms=30_000) as databases, CoreAccessLog.open(home["core"]) as log:
        alone = build_graph(databases, load(), log, 30_000)
        assert await ask(alone, screen_pop.query(), "service_agent", "care", phone=phone) == answer
    assert answer["finance"]["balance"] is not None


async def test_a_withdrawn_consent_counts_at_once_on_rows_of_a_replica_that_has_not_heard_of_it(
    graph: Graph, replicated: Replicated
) -> None:
    customer: Any = await value(replicated.primary, IN_A_SEGMENT)
    who = ("marketing_campaigner", "direct_marketing")
    before = await ask(graph, SEGMENTS, *who, id=str(customer))
    assert before["marketing"]["segments"]
    await replicated.pause()
    try:
        home = {"core": replicated.primary}
        topic, state = PrivacyTopic.DIRECT_MARKETING, PrivacyState.CONSENT_WITHDRAWN
        await record(home, customer, topic, state, via=Department.CORE, legal_basis=LegalBasis.CONSENT)
        after = await ask(graph, SEGMENTS, *who, id=str(customer))
        flags: Any = await value(replicated.replica, "SELECT flags FROM core.customer WHERE id = $1", customer)
    finally:
        await replicated.resume()
    assert after == {"number": before["number"], "marketing": {"segments": None}}
    # What the replica itself would have said.
    assert Flag.CONSENTS_DIRECT_MARKETING in Flag(flags)


async def test_a_new_row_is_seen_when_the_replica_has_it(graph: Graph, replicated: Replicated) -> None:
    customer = await value(replicated.primary, IN_A_SEGMENT.replace("c.flags & 1 = 1 AND", ""))

    async def numbers() -> list[str]:
        found = await ask(graph, INVOICES, "finance_clerk", "payment", id=str(customer))
        return [each["number"] for each in found["finance"]["invoices"]["nodes"]]

    before = await numbers()
    await replicated.pause()
    try:
        await execute(replicated.primary, ADD_INVOICE, customer)
        assert await numbers() == before
    finally:
        await replicated.resume()
    assert sorted(await numbers()) == sorted([*before, "LATE-1"])


def test_a_server_does_not_start_with_core_on_a_replica(replicated: Replicated, tmp_path: Path) -> None:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("CUSTOMER360_")} | {
        "CUSTOMER360_DATA_DIR": str(tmp_path),
        "CUSTOMER360_DATABASE_URL": replicated.replica,
    }
    command = [str(Path(sys.executable).with_name("customer360")), "serve", "--port", "0"]
    ended = subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == (
        "customer360: core is on a replica, where consents come late and no access is recorded. "
        "Point CUSTOMER360_CORE_DATABASE_URL at its primary"
    )

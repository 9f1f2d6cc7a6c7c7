"""A crowd large enough that PostgreSQL plans as it would for many, and a record of what is asked of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from auth.access_log import AccessRecord
from auth.policy.file import load
from auth.viewer import Viewer
from bench.workloads.operations import DOCUMENTS, NAMES
from datasources.departments import METADATA
from datasources.engine.running.database import Database
from datasources.engine.running.databases import Databases
from datasources.sample.seed import seed
from resolvers.answering.requests import Answer, Outcome, Request
from resolvers.documents.limits import DEFAULT_LIMITS, UNLIMITED, Limits
from resolvers.graph import Graph
from server.graphs import build_graph
from tests.conftest import SEEDED_TODAY, Addresses

CROWD = 2_000

Variables = dict[str, Any]
Asked = dict[str, list[Variables]]


@dataclass
class Statement:
    """One statement as it was run."""

    database: str
    sql: str
    values: list[Any]


@dataclass
class Memory:
    """An access log that only remembers."""

    records: list[AccessRecord] = field(default_factory=list)

    async def store(self, record: AccessRecord, deadline: float) -> None:
        self.records.append(record)


@dataclass
class House:
    """The graph over some databases, and all that it asked of them and wrote to the access log."""

    graph: Graph
    log: Memory
    statements: list[Statement] = field(default_factory=list)

    async def ask(self, document: str, variables: Variables | None = None, viewer: Viewer | None = None) -> Answer:
        """Answer one operation. What was recorded of earlier ones is forgotten."""
        self.statements.clear()
        self.log.records.clear()
        asker = viewer or asking("service_agent", "care")
        answer = await self.graph.answer(Request(document, None, variables, asker, read_only=True, request_id="guard"))
        assert answer.outcome is Outcome.OK, answer.body[:500]
        return answer


def asking(viewer_class: str, purpose: str | None) -> Viewer:
    return Viewer(
        "somebody",
        viewer_class,
        frozenset(),
        purpose,
        None,
        datetime(2100, 1, 1, tzinfo=UTC),
        authenticated_at=datetime.now(UTC),
    )


def document(workload: str) -> str:
    return (DOCUMENTS / f"{workload}.graphql").read_text()


@pytest.fixture(scope="session")
async def crowd(database_url: str, template: str) -> Addresses:
    """All departments in one database. Seeding analyses it."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"CREATE DATABASE guards TEMPLATE {template}")
    finally:
        await connection.close()
    together = dict.fromkeys(METADATA, urlsplit(database_url)._replace(path="/guards").geturl())
    await seed(together, customers=CROWD, seed=11, today=SEEDED_TODAY)
    return together


@pytest.fixture(scope="session")
async def variables(crowd: Addresses) -> Asked:
    """Two sets of variables for each workload, each about customers with something to tell."""
    return await _variables(crowd["core"])


@pytest.fixture(scope="session")
async def variables_apart(seeded: Addresses) -> Asked:
    """The same for the customers of `seeded_apart`, who are those of `seeded`."""
    return await _variables(seeded["core"])


async def _variables(url: str) -> Asked:
    connection = await asyncpg.connect(url)
    try:
        busy = await connection.fetch(_BUSY)
        first = await connection.fetchval(
            "SELECT id::text FROM core.customer WHERE status <> 'ERASED' ORDER BY id LIMIT 1"
        )
    finally:
        await connection.close()
    found = [(str(row["id"]), row["phone"]) for row in busy]
    by_id = [{"id": id_} for id_, _ in found]
    pages = [{"after": first}, {"after": found[0][0]}]
    filters = [{"country": "DE", "from": "2015-01-01"}, {"country": "FR", "from": "2020-01-01"}]
    return {
        "card": [{"phone": phone} for _, phone in found],
        "list50": pages,
        "list100": pages,
        "tiny": by_id,
        "filtered": filters,
        "deep": by_id,
    }


_BUSY = """
SELECT c.id, p.value AS phone FROM core.customer c
JOIN core.contact_point p ON p.customer_id = c.id AND p.kind = 'PHONE' AND p.valid_to IS NULL
    AND (p.valid_from IS NULL OR p.valid_from <= current_date)
    AND NOT EXISTS (SELECT FROM core.contact_point q WHERE q.value = p.value AND q.customer_id <> p.customer_id)
WHERE c.status = 'ACTIVE' AND c.flags & 64 = 0
    AND EXISTS (SELECT FROM sales.sales_order o WHERE o.customer_id = c.id)
    AND EXISTS (SELECT FROM service.ticket t WHERE t.customer_id = c.id)
ORDER BY c.id LIMIT 2
"""


@pytest.fixture
async def house(crowd: Addresses, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """The graph over the crowd in one database."""
    async with _house(crowd, monkeypatch) as opened:
        yield opened


@pytest.fixture
async def house_apart(seeded_apart: Addresses, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """The graph over five databases."""
    async with _house(seeded_apart, monkeypatch) as opened:
        yield opened


@pytest.fixture
async def house_without_limits(crowd: Addresses, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """The graph over the crowd for documents that its limits refuse."""
    async with _house(crowd, monkeypatch, UNLIMITED) as opened:
        yield opened


@asynccontextmanager
async def _house(
    addresses: Addresses, monkeypatch: pytest.MonkeyPatch, limits: Limits = DEFAULT_LIMITS
) -> AsyncIterator[House]:
    async with Databases.open(addresses) as databases:
        log = Memory()
        house = House(build_graph(databases, load(), log, limits=limits), log)
        run = Database.rows

        async def recorded(database: Database, sql: str, values: list[Any], deadline: float) -> Any:
            house.statements.append(Statement(database.url, sql, values))
            return await run(database, sql, values, deadline)

        monkeypatch.setattr(Database, "rows", recorded)
        yield house


@pytest.fixture(params=NAMES)
def workload(request: pytest.FixtureRequest) -> str:
    return str(request.param)

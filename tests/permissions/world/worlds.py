"""Worlds: databases of the test run's own server, copied, rewritten, and asked."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from random import Random
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg

from auth.access_log import AccessLog, AccessRecord
from auth.departments import DEPARTMENTS
from auth.policy.rules import Policy
from auth.viewer import Viewer
from datasources.departments import SHAPES
from datasources.engine.running.databases import Databases
from datasources.sources.outline import with_outlines
from datasources.sources.source import Sources
from resolvers.answering.requests import Answer, Request
from resolvers.contract import Contract
from resolvers.documents.limits import UNLIMITED
from resolvers.graph import Graph
from schema.build import build_schema, contract
from tests.permissions.world.askers import CONTRACT
from tests.permissions.world.twins import COLUMNS, FUTURE, PAST

_numbers = count(1)

# Statements of random operations are new to the database, which plans each of them.
PATIENT_MS = 60_000


def address_of(server: str, database: str) -> str:
    return urlsplit(server)._replace(path=f"/{database}").geturl()


async def run(address: str, *statements: str) -> None:
    connection = await asyncpg.connect(address)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def fetch(address: str, query: str, *values: Any) -> list[Any]:
    connection = await asyncpg.connect(address)
    try:
        return list(await connection.fetch(query, *values))
    finally:
        await connection.close()


async def value(address: str, query: str, *values: Any) -> Any:
    """The first column of the first row."""
    return (await fetch(address, query, *values))[0][0]


async def copy_database(server: str, template: str) -> str:
    """Copy a database; its address. No session may be connected to the template."""
    name = f"world_{next(_numbers)}"
    await run(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    return address_of(server, name)


async def drop_database(server: str, address: str) -> None:
    await run(server, f"DROP DATABASE {name_of(address)} WITH (FORCE)")


def name_of(address: str) -> str:
    return urlsplit(address).path[1:]


async def rewrite(address: str, tables: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Replace the rows of these tables, past every trigger and foreign key: flags stay as they are written."""
    connection = await asyncpg.connect(address)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")
            for name, rows in tables.items():
                department, table = name.split(".")
                columns = list(COLUMNS[name])
                await connection.execute(f"DELETE FROM {name}")  # noqa: S608 - our own names
                records = [tuple(row[column] for column in columns) for row in rows]
                await connection.copy_records_to_table(table, schema_name=department, columns=columns, records=records)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


@dataclass
class Memory(AccessLog):
    """Keeps records in memory."""

    records: list[AccessRecord] = field(default_factory=list)

    async def store(self, record: AccessRecord, deadline: float) -> None:
        self.records.append(record)


@cache
def the_contract() -> Contract:
    return contract(build_schema())


@asynccontextmanager
async def served(
    address: str,
    policy: Policy,
    *,
    log: AccessLog | None = None,
    like: Graph | None = None,
    sources: Sources | None = None,
) -> AsyncIterator[Graph]:
    """A graph over one world. It shares plans with the graph it is `like`, so that both worlds run the same ones."""
    addresses = dict.fromkeys(DEPARTMENTS, address)
    async with Databases.open(addresses, pool_size=2, timeout_ms=PATIENT_MS, sources=sources) as opened:
        databases = Databases(dict.fromkeys(DEPARTMENTS, "here"), {"here": opened[address]}, opened.asked)
        shapes = with_outlines(SHAPES, databases.sources)
        graph = Graph(the_contract(), shapes, policy, databases, log or Memory(), PATIENT_MS, UNLIMITED)
        if like is not None:
            graph.plans, graph._documents = like.plans, like._documents
        yield graph


@dataclass(frozen=True)
class Pair:
    """Two worlds, asked the same."""

    one: Graph
    other: Graph

    async def ask(self, document: str, viewer: Viewer, **variables: Any) -> tuple[Answer, Answer]:
        return await ask(self.one, document, viewer, **variables), await ask(self.other, document, viewer, **variables)

    async def same(self, document: str, viewer: Viewer, **variables: Any) -> bytes:
        """The one answer that both worlds give, to the byte."""
        one, other = await self.ask(document, viewer, **variables)
        assert (one.outcome, one.code, one.body) == (other.outcome, other.code, other.body)
        return one.body

    async def differ(self, document: str, viewer: Viewer, **variables: Any) -> bytes:
        """The answers differ, for an asker who may see the secret."""
        one, other = await self.ask(document, viewer, **variables)
        assert one.body != other.body
        return one.body


async def ask(graph: Graph, document: str, viewer: Viewer, **variables: Any) -> Answer:
    """What an answer cost is asked for too: it must tell no more than the answer."""
    request = Request(document, None, variables, viewer, read_only=True, request_id="a request", tells_cost=True)
    return await graph.answer(request)


@asynccontextmanager
async def paired(one: str, other: str, policy: Policy) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(served(one, policy))
        yield Pair(first, await stack.enter_async_context(served(other, policy, like=first)))


# --- What a sample does not have enough of: restrictions, objections, expiries, erasures, partners, retention

_SAID = (
    ("PROCESSING", "RESTRICTED", None, 9),
    ("LEGITIMATE_INTEREST", "OBJECTED", None, 9),
    ("DIRECT_MARKETING", "OBJECTED", None, 8),
    ("ERASURE", "HELD", None, 5),
    ("DIRECT_MARKETING", "CONSENT_GIVEN", None, 30),
    ("PROFILING", "CONSENT_GIVEN", None, 40),
    ("PARTNER_SHARING", "CONSENT_GIVEN", None, 45),
    ("PROFILING", "CONSENT_GIVEN", "30 seconds", 5),
    ("SPECIAL_CATEGORIES", "CONSENT_GIVEN", None, 8),
)
_EVENT = """
INSERT INTO core.privacy_event (customer_id, topic, state, occurred_at, expires_at, recorded_via)
SELECT unnest($1::uuid[]), $2, $3, now() - interval '1 minute', now() - $4::text::interval, 'CORE'
"""
_KEPT = ("finance.invoice", "finance.payment", "finance.credit_note", "sales.sales_order", "service.ticket",
         "service.call", "marketing.touchpoint")  # fmt: skip


async def furnish(address: str, rng: Random) -> None:
    """Make a sample's customers differ in flags, reach and retention, so that every rule meets both kinds."""
    connection = await asyncpg.connect(address)
    try:
        rows = await connection.fetch("SELECT id FROM core.customer ORDER BY id")
        ids: Sequence[UUID] = [row["id"] for row in rows]
        for topic, state, until, percent in _SAID:
            await connection.execute(_EVENT, rng.sample(ids, len(ids) * percent // 100), topic, state, until)
        linked = [(CONTRACT, each) for each in rng.sample(ids, len(ids) * 2 // 5)]
        linked += [("beta", each) for each in rng.sample(ids, len(ids) // 4)]
        await connection.executemany("INSERT INTO core.partner_link (contract, customer_id) VALUES ($1, $2)", linked)
        erased = rng.sample(ids, 4)
        await connection.execute("UPDATE core.customer SET status = 'ERASED' WHERE id = ANY ($1)", erased)
        await _share(connection, rng)
        for table in _KEPT:
            await _retain(connection, table, rng)
    finally:
        await connection.close()


async def _share(connection: Any, rng: Random) -> None:
    """Some numbers and addresses are several customers'."""
    for kind in ("PHONE", "EMAIL"):
        points = await connection.fetch("SELECT id, value FROM core.contact_point WHERE kind = $1 ORDER BY id", kind)
        shared = rng.sample(points, 24)
        pairs = [(each["id"], shared[n % 6]["value"]) for n, each in enumerate(shared)]
        await connection.executemany("UPDATE core.contact_point SET value = $2 WHERE id = $1", pairs)


async def _retain(connection: Any, table: str, rng: Random) -> None:
    rows = await connection.fetch(f"SELECT id FROM {table} ORDER BY id")  # noqa: S608 - our own names
    pairs = [(row["id"], PAST if rng.random() < 0.5 else FUTURE) for row in rows if rng.random() < 0.25]
    await connection.executemany(f"UPDATE {table} SET retain_until = $2 WHERE id = $1", pairs)  # noqa: S608

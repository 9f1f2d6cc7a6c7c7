"""One department's subgraph inside the test process, with a record of its statements."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson

from auth.access_log import AccessRecord
from auth.policy.file import load
from auth.policy.reach import EVERYBODY, RowScope
from auth.viewer import Viewer
from datasources.engine.running.coalescing import Rows
from datasources.engine.running.database import Database
from datasources.engine.running.databases import Databases
from datasources.engine.running.patient import PatientSource
from datasources.engine.running.statement import RequestValues, Statement
from resolvers.answering.requests import Answer, Request
from resolvers.graph import Graph
from server.graphs import build_graph, build_subgraph_graph

POLICY = load()
CARE, PAYMENT, ORDER = ("service_agent", "care"), ("finance_clerk", "payment"), ("sales_rep", "order")
Role = tuple[str, str | None]

ENTITIES = "query($of: [_Any!]!) { _entities(representations: $of) { __typename %s } }"


class Watched(Databases):
    """Counts statements by the database they run on."""

    def __init__(
        self,
        addresses: Mapping[str, str],
        databases: Mapping[str, Database],
        asked: Mapping[str, PatientSource] | None = None,
    ) -> None:
        super().__init__(addresses, databases, asked)
        self.statements: Counter[str] = Counter()
        self.sql: list[str] = []

    def __getitem__(self, home: str) -> Any:
        watched, database = self, super().__getitem__(home)

        class Watch:
            async def rows(self, sql: str, values: list[Any], deadline: float) -> list[asyncpg.Record]:
                watched.statements[watched.department(database.url)] += 1
                watched.sql.append(sql)
                return await database.rows(sql, values, deadline)

            async def ask(self, statement: Statement, request: RequestValues, deadline: float) -> Rows:
                rows = await self.rows(statement.sql, statement.merge_values([request]), deadline)
                return statement.divide_rows(rows, [request])[0]

        return Watch()

    def department(self, url: str) -> str:
        """The department of this database; the last one if several share it."""
        return [name for name, at in self.homes.items() if at == url][-1]


class KeptLog:
    """An access log in memory."""

    def __init__(self) -> None:
        self.records: list[AccessRecord] = []

    async def store(self, record: AccessRecord, deadline: float) -> None:
        self.records.append(record)


@dataclass
class Subgraph:
    graph: Graph
    databases: Watched
    log: KeptLog = field(default_factory=KeptLog)

    async def answer(self, document: str, role: Role = CARE, **variables: Any) -> Answer:
        self.databases.statements.clear()
        self.databases.sql.clear()
        self.log.records.clear()
        return await self.graph.answer(self.request(document, role, **variables))

    def request(self, document: str, role: Role = CARE, scope: RowScope = EVERYBODY, **variables: Any) -> Request:
        name, purpose = role
        viewer = Viewer(
            "kim",
            name,
            frozenset({purpose} if purpose else ()),
            purpose,
            "tests",
            datetime.max.replace(tzinfo=UTC),
            scope,
            authenticated_at=datetime.now(UTC),
        )
        return Request(document, None, variables, viewer, False, "test")

    async def ask(self, document: str, role: Role = CARE, **variables: Any) -> Any:
        return orjson.loads((await self.answer(document, role, **variables)).body)

    async def entities(self, selection: str, of: list[Any], role: Role = CARE) -> list[Any]:
        found = (await self.ask(ENTITIES % selection, role, of=of))["data"]["_entities"]
        assert isinstance(found, list)
        return found


@asynccontextmanager
async def open_subgraph(addresses: Mapping[str, str], department: str | None) -> AsyncIterator[Subgraph]:
    """The department's subgraph over its own database and core's, or the whole graph."""
    mine = {name: at for name, at in addresses.items() if department is None or name in ("core", department)}
    async with Watched.open(mine) as databases:
        assert isinstance(databases, Watched)
        log = KeptLog()
        if department is None:
            graph = build_graph(databases, POLICY, log)
        else:
            graph = build_subgraph_graph(department, databases, POLICY, log)
        yield Subgraph(graph, databases, log)


def of_type(type_: str, *ids: str) -> list[dict[str, str]]:
    return [{"__typename": type_, "id": each} for each in ids]

"""The arena: one operation, asked of the server fused and apart and of the oracle, and what came of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from traceback import format_exception
from typing import Any, TypeAlias

import asyncpg
import orjson

from auth.access_log import AccessLog
from auth.policy.rules import Policy
from auth.viewer import Viewer
from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.databases import Databases
from resolvers.answering.requests import Answer, Request
from resolvers.documents.limits import UNLIMITED
from resolvers.graph import Graph
from server.graphs import build_graph
from tests.differential.comparison import difference
from tests.differential.operations import Operation
from tests.oracle.oracle import Expected, Oracle
from tests.oracle.world import Moment, World, load

# Statements of random operations are new to the database, which plans each of them.
DEADLINE_MS = 60_000


Clock: TypeAlias = "asyncpg.Pool[Any]"


@dataclass
class Arena:
    """Both servers and the oracle, over the same rows and the same policy."""

    policy: Policy
    fused: Graph
    apart: Graph
    oracle: Oracle
    world: World
    clock: Clock
    outcomes: Counter[str] = field(default_factory=Counter)

    async def moment(self) -> Moment:
        """Now, by the database's clock."""
        return Moment(self.world, await self.clock.fetchval("SELECT now()"))

    async def compare(self, operation: Operation, viewer: Viewer, seed: str) -> list[str]:
        """Ask everything of one operation, one set of variables after the other. The differences, in words."""
        found = []
        for variables in operation.variables:
            told = await self._compare(operation.document, variables, viewer)
            if told is not None:
                found.append(_reproduction(seed, operation.document, variables, viewer, told))
        return found

    async def _compare(self, document: str, variables: Mapping[str, Any], viewer: Viewer) -> str | None:
        request = Request(document, None, variables, viewer, read_only=True, request_id="differential")
        before = await self.moment()
        asked = (self.fused.answer(request), self.apart.answer(request))
        fused, apart = await asyncio.gather(*asked, return_exceptions=True)
        if isinstance(fused, BaseException) or isinstance(apart, BaseException):
            return f"the server broke\n  fused: {_broken(fused)}\n  apart: {_broken(apart)}"
        if fused.body != apart.body:
            return f"fused and apart differ\n  fused: {_short(fused.body)}\n  apart: {_short(apart.body)}"
        expected = self.oracle.answer(document, variables, viewer, before)
        self._count(expected, fused.body)
        told = difference(expected, fused.body)
        if told is not None:
            # The clock may have passed a day or an expiry since.
            later = self.oracle.answer(document, variables, viewer, await self.moment())
            told = difference(later, fused.body) and told
        return told and f"{told}\n  answer: {_short(fused.body)}"

    def _count(self, expected: Expected, body: bytes) -> None:
        """What kinds of answer came up, so that a test can tell that none was missing."""
        self.outcomes["answers"] += 1
        self.outcomes.update(expected.refusals)
        self.outcomes.update(code for code, _ in expected.errors)
        self.outcomes.update({effect for _, _, effect in expected.withheld})
        for mark, kind in _MARKS.items():
            if mark in body:
                self.outcomes[kind] += 1


_MARKS = {
    b'"hasNextPage":true': "has a next page",
    b'"hasPreviousPage":true': "has a previous page",
    b'"nodes":[{': "has entries",
    b'"nodes":[]': "has no entries",
    "••••".encode(): "masked to the last four",
    b'"rows":[{"subject"': "told why a row is withheld",
    b'"BoughtTogether"': "reason bought together",
    b'"Repurchase"': "reason repurchase",
    b'"PopularInSegment"': "reason popular in segment",
}


@dataclass(frozen=True)
class Place:
    """Where arenas stand: one database with all departments, five with one each, and the rows that are in both."""

    fused: Databases
    apart: Databases
    logs: tuple[AccessLog, AccessLog]
    world: World
    clock: Clock

    def arena(self, policy: Policy) -> Arena:
        fused, apart = (
            build_graph(databases, policy, log, DEADLINE_MS, UNLIMITED)
            for databases, log in zip((self.fused, self.apart), self.logs, strict=True)
        )
        # To read a document takes as long as to answer it, and is the same for both.
        apart._documents = fused._documents
        return Arena(policy, fused, apart, Oracle(policy), self.world, self.clock)


@asynccontextmanager
async def opened(fused: Mapping[str, str], apart: Mapping[str, str]) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        databases = [
            await stack.enter_async_context(Databases.open(each, timeout_ms=DEADLINE_MS)) for each in (fused, apart)
        ]
        logs = [
            await stack.enter_async_context(CoreAccessLog.open(each["core"], timeout_ms=DEADLINE_MS))
            for each in (fused, apart)
        ]
        clock = await stack.enter_async_context(asyncpg.create_pool(fused["core"], min_size=1, max_size=2))
        yield Place(databases[0], databases[1], (logs[0], logs[1]), await load(fused), clock)


def _reproduction(seed: str, document: str, variables: Mapping[str, Any], viewer: Viewer, told: str) -> str:
    return (
        f"seed {seed}, {viewer.viewer_class} for {viewer.purpose}\n"
        f"  {document}\n  variables: {orjson.dumps(variables).decode()}\n  {told}"
    )


def _broken(answer: Answer | BaseException) -> str:
    return "".join(format_exception(answer)[-3:]) if isinstance(answer, BaseException) else _short(answer.body)


def _short(body: bytes) -> str:
    return body.decode()[:2_000]

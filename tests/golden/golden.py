"""A golden query: as whom it is asked, what must be answered, and by which statements."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from auth.policy.reach import EVERYBODY, Reach, RowScope
from auth.policy.rules import Policy
from auth.viewer import Viewer
from datasources.engine.running.database import Database
from resolvers.answering.requests import Request
from resolvers.graph import Graph

FOLDER = Path(__file__).parent

_ASKER = re.compile(r"^# As (?P<role>\w+)(?: for (?P<purpose>\w+))?(?:, about (?P<own>\S+))?\.$", re.MULTILINE)
_APART = re.compile(r"^# Apart: (?P<homes>.*)\.$", re.MULTILINE)
_VARIABLES = re.compile(r"^# Variables: (?P<variables>\{.*\})$", re.MULTILINE)


@dataclass(frozen=True)
class Way:
    """A graph over databases laid out one way; `homes` names the department of each address."""

    graph: Graph
    policy: Policy
    homes: Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """What came of asking: the answer's bytes, and each statement with the department that it went to."""

    body: bytes
    statements: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Golden:
    """One query with its files. The head of the query says as whom it is asked, and whom it asks when apart."""

    path: Path

    @property
    def document(self) -> str:
        return self.path.read_text()

    @property
    def homes_apart(self) -> list[str]:
        """The department of each statement, in alphabetical order, when departments live apart."""
        found = _APART.search(self.document)
        assert found, f"{self.path.name}: say which departments are asked: # Apart: core, sales."
        return [] if found["homes"] == "nobody" else found["homes"].split(", ")

    def variables(self) -> dict[str, Any]:
        found = _VARIABLES.search(self.document)
        return dict(json.loads(found["variables"])) if found else {}

    def viewer(self, policy: Policy) -> Viewer:
        found = _ASKER.search(self.document)
        assert found, f"{self.path.name}: say as whom it is asked: # As service_agent for care."
        allowed = {purpose for role, purpose, _, _ in policy.cells if role == found["role"]}
        purposes = frozenset(allowed if found["purpose"] else ())
        scope = RowScope(Reach.SELF, found["own"]) if found["own"] else EVERYBODY
        until = datetime(2100, 1, 1, tzinfo=UTC)
        return Viewer(
            "someone", found["role"], purposes, found["purpose"], None, until, scope, authenticated_at=datetime.now(UTC)
        )

    def file(self, kind: str) -> Path:
        return self.path.with_suffix(f".{kind}")


GOLDENS = [Golden(path) for path in sorted(FOLDER.glob("*.graphql"))]


async def ask(golden: Golden, way: Way) -> Asked:
    """Ask the query, and note every statement on its way to a database."""
    statements = []
    rows = Database.rows

    async def noted(self: Database, sql: str, values: list[Any], deadline: float) -> Any:
        statements.append((way.homes[self.url], sql))
        return await rows(self, sql, values, deadline)

    viewer = golden.viewer(way.policy)
    request = Request(golden.document, None, golden.variables(), viewer, read_only=True, request_id="golden")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "rows", noted)
        answer = await way.graph.answer(request)
    return Asked(answer.body, statements)


def readable(body: bytes) -> str:
    """The answer with a line for each value, without the policy's version, which every change of it changes."""
    answer = orjson.loads(body)
    answer.get("extensions", {}).get("privacy", {}).pop("policy", None)
    return orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()

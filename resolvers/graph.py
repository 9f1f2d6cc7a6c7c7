"""The graph: an operation comes in, a finished answer goes out."""

import asyncio
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

import orjson
from graphql import OperationType, execute_sync

from auth.grant import Grant, compile_grant
from auth.policy import Policy
from auth.viewer import Viewer
from datasources.answers import CoreUnavailable, RootAnswer, answer
from datasources.databases import Databases
from datasources.plan import Variables
from datasources.shapes import Shapes
from datasources.statements import StatementCompiler
from resolvers import faults
from resolvers.codes import Code
from resolvers.contract import Contract
from resolvers.documents import Document, Documents
from resolvers.plans import OperationPlanner, Plan, PlanCache, PlannedRoot
from resolvers.refusal import Refused, refused
from resolvers.skeleton import skeleton


class Outcome(StrEnum):
    """How a request ended: with data, with data and errors, refused before it ran, or failed by our fault."""

    OK = "ok"
    PARTIAL = "partial"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Request:
    """One operation as it was asked. `read_only` refuses mutations: they may not come by GET."""

    document: str
    operation_name: str | None
    variables: Mapping[str, Any] | None
    viewer: Viewer
    read_only: bool
    request_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole response as JSON, how it ended, and the first error's code."""

    body: bytes
    outcome: Outcome
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What resolvers outside the plan may know: who asks, and by which rules."""

    viewer: Viewer
    grant: Grant
    policy: Policy
    contract: Contract


class Graph:
    """Answers operations over one schema, one policy and one set of databases."""

    def __init__(
        self,
        contract: Contract,
        shapes: Shapes,
        policy: Policy,
        databases: Databases,
        deadline_ms: int = 2000,
    ) -> None:
        self._contract = contract
        self._policy = policy
        self._databases = databases
        self._seconds = deadline_ms / 1000
        self._documents = Documents(contract.schema)
        self._planner = OperationPlanner(
            contract,
            shapes,
            merged=StatementCompiler(shapes, databases.homes),
            separate=StatementCompiler(shapes, databases.homes_apart),
        )
        self._grant = lru_cache(maxsize=1_000)(lambda name, purpose: compile_grant(policy, name, purpose))
        self.plans = PlanCache()

    async def answer(self, request: Request) -> Answer:
        """Run one operation. Never raises for what was sent: that is refused with errors."""
        try:
            plan, variables, grant = self._planned(request)
        except Refused as refusal:
            return Answer(orjson.dumps({"errors": refusal.errors}), Outcome.REFUSED, refusal.code)
        deadline = asyncio.get_running_loop().time() + self._seconds
        answers = await asyncio.gather(*(self._root(root, variables, deadline) for root in plan.roots))
        texts, errors = dict(plan.texts), []
        for text, found in answers:
            texts.update(text)
            errors += found
        if plan.rest is not None:
            rest, found = self._rest(plan, request, variables, grant)
            texts.update(rest)
            errors += found
        return _assembled(plan, texts, errors)

    def _planned(self, request: Request) -> tuple[Plan, Variables, Grant]:
        document = self._documents.document(request.document)
        operation = document.operation(request.operation_name)
        if operation.operation is not OperationType.QUERY:
            code = Code.METHOD_NOT_ALLOWED if request.read_only else Code.OPERATION_RESOLUTION_FAILURE
            raise refused(code, f"A {operation.operation.value} cannot be run here: the graph is for reading.")
        variables = self._documents.variables(operation, request.variables)
        viewer = request.viewer
        grant = self._grant(viewer.viewer_class, viewer.purpose)
        key = self._key(document, request.operation_name, grant, variables)
        return (
            self.plans.get(key, lambda: self._planner.plan(document, operation, variables, grant)),
            variables,
            grant,
        )

    def _key(self, document: Document, operation_name: str | None, grant: Grant, variables: Variables) -> Hashable:
        """Everything that shapes a plan: a grant decided for one filter must never be replayed for another."""
        structure = skeleton(variables, self._contract.nodes) if variables else None
        return document.digest, operation_name, grant.digest, structure

    async def _root(
        self, root: PlannedRoot, variables: Variables, deadline: float
    ) -> tuple[dict[str, bytes], list[faults.Error]]:
        try:
            found = await self._answered(root, variables, deadline)
        except CoreUnavailable:
            return {root.key: b"null"}, [faults.core_unavailable(root.key)]
        if not found.is_marked:
            return {root.key: found.text}, []
        text, errors = faults.separated(root.key, found.text)
        return {root.key: text}, errors

    async def _answered(self, root: PlannedRoot, variables: Variables, deadline: float) -> RootAnswer:
        """Merged statements first. If core's fails, once more by department, so that one that is broken costs only
        its own fields; the flags are read anew.
        """
        try:
            return await answer(root.statements, variables, self._databases, deadline)
        except CoreUnavailable:
            if self._databases.is_apart:
                raise
            return await answer(root.statements_apart, variables, self._databases, deadline)

    def _rest(
        self, plan: Plan, request: Request, variables: Variables, grant: Grant
    ) -> tuple[dict[str, bytes], list[faults.Error]]:
        """What holds nobody's data: introspection, and what the viewer may know of themselves."""
        assert plan.rest is not None
        context = Context(request.viewer, grant, self._policy, self._contract)
        result = execute_sync(
            self._contract.schema,
            plan.rest,
            context_value=context,
            variable_values=dict(request.variables or {}),
        )
        data = result.data or {}
        errors = [faults.internal(error.path) for error in result.errors or ()]
        return {key: orjson.dumps(value) for key, value in data.items()}, errors


def _assembled(plan: Plan, texts: Mapping[str, bytes], errors: list[faults.Error]) -> Answer:
    data = b",".join(b'"%b":%b' % (key.encode(), texts.get(key, b"null")) for key in plan.keys)
    problems = b'"errors":%b,' % orjson.dumps(errors) if errors else b""
    body = b'{%b"data":{%b},"extensions":{"privacy":%b}}' % (problems, data, plan.privacy)
    if not errors:
        return Answer(body, Outcome.OK)
    return Answer(body, Outcome.PARTIAL, str(errors[0]["extensions"]["code"]))

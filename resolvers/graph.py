"""The graph: an operation comes in, a finished answer goes out."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import orjson
from graphql import OperationType, execute_sync

from auth.access_log import AccessLog, LogUnavailable
from auth.policy.ceiling import Ceiling
from auth.policy.grant import Grant, compile_grant, narrow_grant
from auth.policy.reach import Reach
from auth.policy.rules import Policy
from auth.step_up import StepUpNeeded, check_sign_in
from auth.viewer import Viewer
from datasources.compiler.roots import StatementCompiler
from datasources.engine.running.answers import CoreUnavailable, RootAnswer, answer
from datasources.engine.running.databases import Databases
from datasources.engine.running.stages import TRACE, Stage, stage, told_new
from datasources.plan import REACH_VALUE, Variables
from datasources.shapes import Shapes
from resolvers.answering import disclosures, faults
from resolvers.answering.dry_run import tried_out
from resolvers.answering.entities import merge_by_position
from resolvers.answering.requests import Answer, Context, Request
from resolvers.answering.responses import refusal_answer, serialize_answer, unrecorded_answer
from resolvers.answering.spending import REFUSED, spending
from resolvers.answering.throttle import Standing, Throttle
from resolvers.codes import Code
from resolvers.contract import Contract
from resolvers.documents.costs import Cost
from resolvers.documents.library import Documents, Operation
from resolvers.documents.limits import DEFAULT_LIMITS, Limits
from resolvers.planning.entities import check_count
from resolvers.planning.plans import OperationPlanner, Plan, PlanCache, PlannedRoot
from resolvers.refusal import OperationRefused, refusal

# The share of a request's time in which departments may answer; the rest is for the record of the answer.
_FOR_STATEMENTS = 0.9


class Read(NamedTuple):
    """A request that was read and may be run: its operation, the values of its variables, and what it may cost."""

    request: Request
    operation: Operation
    variables: Variables
    cost: Cost
    is_new: bool


class Run(NamedTuple):
    """One request on its way: as whom, by which plan and grant, and with which values for the plan to read."""

    request: Request
    viewer: Viewer
    plan: Plan
    grant: Grant
    variables: Variables


class Graph:
    """Answers operations over one schema, one policy and one set of databases."""

    def __init__(
        self,
        contract: Contract,
        shapes: Shapes,
        policy: Policy,
        databases: Databases,
        log: AccessLog,
        deadline_ms: int = 2000,
        limits: Limits = DEFAULT_LIMITS,
        throttle: Throttle | None = None,
    ) -> None:
        self._contract = contract
        self._databases = databases
        self._log = log
        self._seconds = deadline_ms / 1000
        self._documents = Documents(contract, limits)
        self._throttle = throttle or Throttle()
        self._planner = OperationPlanner(
            contract,
            shapes,
            fused=StatementCompiler(shapes, databases.homes, databases.sources),
            apart=StatementCompiler(shapes, databases.homes_apart, databases.sources),
        )
        self.plans = PlanCache()
        self.use(policy)

    def use(self, policy: Policy) -> None:
        """Decide by this policy from the next request on. Plans of another one are never found again: its version is
        part of each grant's digest.
        """
        self.policy = policy

        @lru_cache(maxsize=1_000)
        def grant(viewer_class: str, purpose: str | None, ceiling: Ceiling | None) -> Grant:
            return narrow_grant(compile_grant(policy, viewer_class, purpose), ceiling)

        self._grant = grant

    async def answer(self, request: Request) -> Answer:
        """Run one operation. What was sent is refused with errors; for who sent it, StepUpNeeded may be raised."""
        began = asyncio.get_running_loop().time()
        try:
            with stage(Stage.READ):
                read = self._read(request)
            standing = await self._throttle.draw(request.viewer, read.cost.points)
        except OperationRefused as error:
            return refusal_answer(error, None)
        try:
            with stage(Stage.PLAN):
                run = self._planned(read)
        except (OperationRefused, StepUpNeeded) as error:
            standing = self._throttle.give_back(request.viewer, standing, read.cost.points, REFUSED)
            if isinstance(error, StepUpNeeded):
                raise
            return refusal_answer(error, standing)
        answers = await self._answers(run, began + self._seconds * _FOR_STATEMENTS)
        record = disclosures.record(run.plan, answers, run.viewer, run.grant, request.request_id)
        if record is not None:
            try:
                with stage(Stage.RECORD):
                    await self._log.store(record, began + self._seconds)
            except LogUnavailable:
                return unrecorded_answer()
        return self._assembled(run, answers, read.cost, standing)

    def trust(self, documents: Mapping[str, str]) -> None:
        """Read and keep these documents. Raises OperationRefused, naming the document, for one that cannot be run."""
        self._documents.trust(documents)

    def _read(self, request: Request) -> Read:
        document = self._documents.known(request.document)
        is_new = document is None
        if document is None:
            self._check_new(request.viewer)
            document = self._documents.read(request.document)
        operation = document.operation(request.operation_name)
        if (trace := TRACE.get()) is not None:
            trace.is_a(operation.kind.value, operation.name if self._documents.trusts(operation) else None)
        if operation.kind is not OperationType.QUERY:
            code = Code.METHOD_NOT_ALLOWED if request.read_only else Code.OPERATION_RESOLUTION_FAILURE
            raise refusal(code, f"A {operation.kind.value} cannot be run here: the graph is for reading.")
        variables = self._documents.variables(operation, request.variables)
        cost = self._documents.cost(operation, variables)
        return Read(request, operation, variables, cost, is_new)

    def _check_new(self, viewer: Viewer) -> None:
        """What is asked is not known here, and is work. Raises Throttled for a viewer who asks too much of it."""
        told_new()
        self._throttle.check_new(viewer)

    def _planned(self, read: Read) -> Run:
        request, operation, variables = read.request, read.operation, read.variables
        viewer = request.viewer
        if request.dry_run is not None:
            viewer = tried_out(viewer, request.dry_run, self.policy)
        grant, scope = self._grant(viewer.viewer_class, viewer.purpose, viewer.ceiling), viewer.row_scope
        # Everything that shapes a plan: a grant decided for one filter must never be replayed for another.
        structure = self._documents.skeleton(operation, variables)
        key = operation.key, grant.digest, scope.reach, structure
        plan = self.plans.get(key)
        if plan is None:
            plan = self._plan(read, grant, scope.reach)
            self.plans.keep(key, plan)
        if plan.lists:
            check_count(plan.lists, variables)
        if plan.needed:
            check_sign_in(viewer, plan.needed, datetime.now(UTC))
        return Run(request, viewer, plan, grant, {**variables, REACH_VALUE: scope.by})

    def _plan(self, read: Read, grant: Grant, reach: Reach) -> Plan:
        if read.is_new:
            told_new()
        else:
            self._check_new(read.request.viewer)
        syntax = self._documents.syntax(read.operation)
        return self._planner.plan(syntax, syntax.operations[read.operation.name], read.variables, grant, reach)

    async def _answers(self, run: Run, deadline: float) -> list[RootAnswer]:
        roots = run.plan.roots
        if len(roots) == 1:
            return [await self._root(roots[0], run.variables, deadline)]
        return await asyncio.gather(*(self._root(root, run.variables, deadline) for root in roots))

    async def _root(self, root: PlannedRoot, variables: Variables, deadline: float) -> RootAnswer:
        """Merged statements first. If core's fails, once more by department, so that one that is broken costs only
        its own fields; the flags are read anew.
        """
        try:
            return await answer(root.statements, variables, self._databases, deadline)
        except CoreUnavailable:
            if self._databases.is_apart:
                return faults.CORE_DOWN
        try:
            return await answer(root.statements_apart, variables, self._databases, deadline)
        except CoreUnavailable:
            return faults.CORE_DOWN

    def _assembled(self, run: Run, answers: list[RootAnswer], cost: Cost, standing: Standing | None) -> Answer:
        texts, errors = dict(run.plan.texts), list[faults.Error]()
        for key, found in _by_key(run, answers):
            if found.is_marked:
                texts[key], its = faults.separated(key, found.text)
                errors += its
            else:
                texts[key] = found.text
        if run.plan.rest is not None:
            errors += self._add_rest(run, texts)
        extensions = b'"privacy":' + disclosures.privacy(run.plan, answers)
        if standing is not None or run.request.tells_cost:
            spent = spending(cost, run.plan, texts.values())
            standing = self._throttle.give_back(run.request.viewer, standing, spent.requested, spent.actual)
            if run.request.tells_cost:
                extensions += b',"cost":' + spent.told(standing)
        return serialize_answer(run.plan, texts, errors, extensions, cost.points, standing)

    def _add_rest(self, run: Run, texts: dict[str, bytes]) -> list[faults.Error]:
        """What holds nobody's data: introspection, and what the viewer may know of themselves."""
        assert run.plan.rest is not None
        result = execute_sync(
            self._contract.schema,
            run.plan.rest,
            context_value=Context(run.viewer, run.grant, self.policy, self._contract),
            variable_values=dict(run.request.variables or {}),
        )
        texts.update({key: orjson.dumps(value) for key, value in (result.data or {}).items()})
        return [faults.outside_the_plan(error) for error in result.errors or ()]


def _by_key(run: Run, answers: list[RootAnswer]) -> Iterable[tuple[str, RootAnswer]]:
    roots = zip(run.plan.roots, answers, strict=True)
    if not run.plan.lists:
        return [(root.key, found) for root, found in roots]
    return merge_by_position(run.plan.lists, ((root.key, root.root, found) for root, found in roots), run.variables)

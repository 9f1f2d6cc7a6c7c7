"""The graph: answers an operation with finished JSON."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import orjson
from graphql import OperationType, execute_sync

from auth.access_log import AccessLog, LogUnavailable
from auth.policy.ceiling import Ceiling
from auth.policy.dry_run import dry_run_grant
from auth.policy.grant import Grant, compile_grant, narrow_grant
from auth.policy.reach import Reach
from auth.policy.rules import Policy
from auth.step_up import StepUpNeeded, check_sign_in
from auth.viewer import Viewer
from datasources.compiler.roots import StatementCompiler
from datasources.engine.running.answers import RootAnswer
from datasources.engine.running.databases import Databases
from datasources.engine.running.stages import TRACE, Stage, note_new, stage
from datasources.plan import REACH_VALUES, Variables
from datasources.shapes import Shapes
from resolvers.answering import disclosures, faults
from resolvers.answering.dry_run import dry_run_viewer
from resolvers.answering.entities import merge_by_position
from resolvers.answering.execution import answer_roots
from resolvers.answering.purposes import check_purpose
from resolvers.answering.requests import Answer, Context, Request
from resolvers.answering.responses import refusal_answer, serialize_answer, unrecorded_answer
from resolvers.answering.spending import POINTS_OF_REFUSAL, spending
from resolvers.answering.throttle import Standing, Throttle
from resolvers.codes import Code
from resolvers.contract import Contract
from resolvers.documents.costs import Cost
from resolvers.documents.document import Operation
from resolvers.documents.library import Documents
from resolvers.documents.limits import DEFAULT_LIMITS, Limits
from resolvers.planning.entities import check_count
from resolvers.planning.operations import OperationPlanner
from resolvers.planning.plans import Plan, PlanCache
from resolvers.refusal import OperationRefused, refusal

# The share of a request's deadline for its statements; the rest is for storing the access record.
_STATEMENTS_SHARE_OF_DEADLINE = 0.9


class RequestedOperation(NamedTuple):
    """A request's operation with coerced variables and its estimated cost. `is_new` if its document was read for it."""

    request: Request
    operation: Operation
    variables: Variables
    cost: Cost
    is_new: bool


class Run(NamedTuple):
    """A request with its plan: the viewer and grant that it was planned for, and the variables that the plan reads."""

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
        """Decide by this policy from the next request on. Plans made under another policy are not used again, because
        the policy's version is part of each grant's digest.
        """
        self.policy = policy

        @lru_cache(maxsize=1_000)
        def grant(viewer_class: str, purpose: str | None, ceiling: Ceiling | None) -> Grant:
            return narrow_grant(compile_grant(policy, viewer_class, purpose), ceiling)

        self._grant = grant

    def _dry_run_grant(self, viewer: Viewer, tried_out: Viewer) -> Grant:
        own = self._grant(viewer.viewer_class, viewer.purpose, viewer.ceiling)
        return dry_run_grant(own, self._grant(tried_out.viewer_class, tried_out.purpose, viewer.ceiling))

    async def answer(self, request: Request) -> Answer:
        """Run one operation; a refusal is an answer. Raises StepUpNeeded if the viewer must sign in again."""
        began = asyncio.get_running_loop().time()
        try:
            with stage(Stage.READ):
                read = self._read_request(request)
            standing = await self._throttle.draw(request.viewer, read.cost.points)
        except OperationRefused as error:
            return refusal_answer(error, None)
        try:
            with stage(Stage.PLAN):
                run = self._plan_run(read)
        except (OperationRefused, StepUpNeeded) as error:
            standing = self._throttle.give_back(request.viewer, standing, read.cost.points, POINTS_OF_REFUSAL)
            if isinstance(error, StepUpNeeded):
                raise
            return refusal_answer(error, standing)
        until = began + self._seconds * _STATEMENTS_SHARE_OF_DEADLINE
        answers = await answer_roots(run.plan.roots, run.variables, self._databases, until)
        record = disclosures.record(run.plan, answers, run.viewer, run.grant, request.request_id)
        if record is not None:
            try:
                with stage(Stage.RECORD):
                    await self._log.store(record, began + self._seconds)
            except LogUnavailable:
                return unrecorded_answer()
        return self._assemble(run, answers, read.cost, standing)

    def trust(self, documents: Mapping[str, str]) -> None:
        """Read and keep these documents. Raises OperationRefused, naming the document, for one that cannot be run."""
        self._documents.trust(documents)

    def _read_request(self, request: Request) -> RequestedOperation:
        document = self._documents.find(request.document)
        is_new = document is None
        if document is None:
            self._check_new(request.viewer)
            if request.read_only:
                self._documents.check_reads_only(request.document, request.operation_name)
            document = self._documents.read(request.document)
        operation = document.operation(request.operation_name)
        if (trace := TRACE.get()) is not None:
            trace.is_a(operation.kind.value, operation.name if self._documents.trusts(operation) else None)
        if operation.kind is not OperationType.QUERY:
            code = Code.METHOD_NOT_ALLOWED if request.read_only else Code.OPERATION_RESOLUTION_FAILURE
            raise refusal(code, f"A {operation.kind.value} cannot be run here: the graph is for reading.")
        variables = self._documents.variables(operation, request.variables)
        cost = self._documents.cost(operation, variables)
        return RequestedOperation(request, operation, variables, cost, is_new)

    def _check_new(self, viewer: Viewer) -> None:
        """Draw for a document or plan that is not cached. Raises Throttled for a viewer with too many of them."""
        note_new()
        self._throttle.check_new(viewer)

    def _plan_run(self, read: RequestedOperation) -> Run:
        request, operation, variables = read.request, read.operation, read.variables
        viewer = request.viewer
        scope = viewer.row_scope
        reaches: tuple[Reach, ...] = (scope.reach,)
        reach_values: tuple[str | None, ...] = (scope.by,)
        if request.dry_run is None:
            grant = self._grant(viewer.viewer_class, viewer.purpose, viewer.ceiling)
        else:
            viewer = dry_run_viewer(viewer, request.dry_run, self.policy)
            grant, also = self._dry_run_grant(request.viewer, viewer), viewer.row_scope
            reaches, reach_values = (scope.reach, also.reach), (scope.by, also.by)
        # Everything that shapes a plan, so that a plan is never used for another grant or other filters.
        structure = self._documents.skeleton(operation, variables)
        key = operation.key, grant.digest, reaches, structure
        plan = self.plans.get(key)
        if plan is None:
            plan = self._compile_plan(read, grant, reaches)
            self.plans.keep(key, plan)
        if plan.needs_purpose:
            check_purpose(viewer, self.policy)
        if plan.lists:
            check_count(plan.lists, variables)
        if plan.sign_in_requirements:
            check_sign_in(viewer, plan.sign_in_requirements, datetime.now(UTC))
        return Run(request, viewer, plan, grant, {**variables, REACH_VALUES: reach_values})

    def _compile_plan(self, read: RequestedOperation, grant: Grant, reaches: tuple[Reach, ...]) -> Plan:
        if read.is_new:
            note_new()
        else:
            self._check_new(read.request.viewer)
        syntax = self._documents.syntax(read.operation)
        return self._planner.plan(syntax, syntax.operations[read.operation.name], read.variables, grant, reaches)

    def _assemble(self, run: Run, answers: list[RootAnswer], cost: Cost, standing: Standing | None) -> Answer:
        texts, errors = dict(run.plan.texts), list[faults.Error]()
        for key, answer in _answers_by_key(run, answers):
            if answer.is_marked:
                texts[key], errors_of_root = faults.extract_faults(key, answer.text)
                errors += errors_of_root
            else:
                texts[key] = answer.text
        if errors:
            self._databases.note_bad_values(faults.count_bad_data(errors))
        if run.plan.rest is not None:
            errors += self._execute_rest(run, texts)
        extensions = b'"privacy":' + disclosures.privacy(run.plan, answers)
        if standing is not None or run.request.tells_cost:
            spent = spending(cost, run.plan, texts.values())
            standing = self._throttle.give_back(run.request.viewer, standing, spent.requested, spent.actual)
            if run.request.tells_cost:
                extensions += b',"cost":' + spent.serialize(standing)
        return serialize_answer(run.plan, texts, errors, extensions, cost.points, standing)

    def _execute_rest(self, run: Run, texts: dict[str, bytes]) -> list[faults.Error]:
        """Add the root fields that hold no customer's data: introspection and `viewer`."""
        assert run.plan.rest is not None
        result = execute_sync(
            self._contract.schema,
            run.plan.rest,
            context_value=Context(run.viewer, run.grant, self.policy, self._contract),
            variable_values=dict(run.request.variables or {}),
        )
        texts.update({key: orjson.dumps(value) for key, value in (result.data or {}).items()})
        return [faults.execution_error(error) for error in result.errors or ()]


def _answers_by_key(run: Run, answers: list[RootAnswer]) -> Iterable[tuple[str, RootAnswer]]:
    roots = zip(run.plan.roots, answers, strict=True)
    if not run.plan.lists:
        return [(root.key, answer) for root, answer in roots]
    return merge_by_position(run.plan.lists, ((root.key, root.root, answer) for root, answer in roots), run.variables)

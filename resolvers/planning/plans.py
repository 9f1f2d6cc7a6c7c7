"""Plans: an operation compiled for one grant, kept under everything that shapes it."""

from collections import Counter, OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLObjectType, OperationDefinitionNode, SelectionSetNode

from auth.access_log import Disclosure
from auth.policy.categories import Category
from auth.policy.effects import Effect
from auth.policy.grant import Grant
from auth.policy.reach import Reach
from auth.policy.sign_in import SignInRequirement
from datasources.compiler.roots import StatementCompiler
from datasources.engine.running.contributions import RootStatements
from datasources.plan import Batch, Root, Variables
from datasources.shapes import Shapes
from resolvers.contract import Contract
from resolvers.documents.selection import Nodes, Selector
from resolvers.documents.syntax import Syntax
from resolvers.planning.entities import ENTITIES, EntityList, PlannedEntities, root_of
from resolvers.planning.fields import Planner, Withheld
from resolvers.planning.roots import PLANNED, Nothing, Planned, plan_root
from resolvers.planning.row_reasons import RowReasons

MAX_PLANS_KEPT = 1_000

# How many fields were held back, by the department that owns them, their type, and the rule: for metrics.
Withholdings = Mapping[tuple[str, str, str], int]
NOTHING_WITHHELD: Withholdings = MappingProxyType({})


@dataclass(frozen=True)
class PlannedRoot:
    """One root field, ready to run: fused per database, and department by department for when that failed."""

    key: str
    root: Root
    fused: StatementCompiler
    apart: StatementCompiler

    @cached_property
    def statements(self) -> RootStatements:
        return self.fused.compile(self.root)

    @cached_property
    def statements_apart(self) -> RootStatements:
        return self.apart.compile(self.root)


@dataclass(frozen=True, slots=True)
class Plan:
    """One operation for one grant. `keys` are the response keys in order, each with what stands before its value; each
    is answered by one of the others.

    `rest` is what graphql-core executes: introspection and `viewer`, which hold nobody's data. `disclosure` is what
    the record of each answer says was shown, `reasons` what is told of the part that rests on a customer's flags.
    `lists` are the keys that one root answers together: entities of all types. `needed` is what the viewer must have
    proved at their last sign-in for any of it to be shown.
    """

    keys: tuple[tuple[str, bytes], ...]
    roots: tuple[PlannedRoot, ...]
    texts: Mapping[str, bytes]
    rest: DocumentNode | None
    privacy: bytes
    disclosure: Disclosure
    reasons: RowReasons
    lists: Mapping[str, EntityList] = field(default_factory=dict)
    needed: tuple[SignInRequirement, ...] = ()
    withheld: Withholdings = field(default_factory=dict)


class PlanCache:
    """The last used plans, never more than MAX_PLANS_KEPT."""

    def __init__(self) -> None:
        self._plans: OrderedDict[Hashable, Plan] = OrderedDict()
        self.compiled = 0

    def get(self, key: Hashable) -> Plan | None:
        plan = self._plans.get(key)
        if plan is not None:
            self._plans.move_to_end(key)
        return plan

    def keep(self, key: Hashable, plan: Plan) -> None:
        self._plans[key] = plan
        self.compiled += 1
        if len(self._plans) > MAX_PLANS_KEPT:
            self._plans.popitem(last=False)

    def __len__(self) -> int:
        return len(self._plans)


@dataclass(frozen=True, slots=True)
class OperationPlanner:
    """Plans whole operations."""

    contract: Contract
    shapes: Shapes
    fused: StatementCompiler
    apart: StatementCompiler

    def plan(
        self,
        syntax: Syntax,
        operation: OperationDefinitionNode,
        variables: Variables,
        grant: Grant,
        reach: Reach,
    ) -> Plan:
        """Raises Refused where the operation cannot be run for this grant."""
        selector = Selector(self.contract.schema, syntax.fragments, variables)
        planner = Planner(self.contract, self.shapes, grant, selector)
        query = self.contract.schema.query_type
        assert query is not None
        collected = selector.fields(query, [operation.selection_set])
        parts = _Parts(query, planner)
        for key, nodes in collected.items():
            parts.add(key, nodes)
        parts.finish()
        rest = _document(syntax, operation, parts.rest) if parts.rest else None
        return Plan(
            keys=tuple(
                (key, b'%b"%b":' % (b"," if place else b"", key.encode())) for place, key in enumerate(collected)
            ),
            roots=tuple(
                PlannedRoot(key, replace(root, reach=reach), self.fused, self.apart) for key, root in parts.roots
            ),
            texts=parts.texts,
            rest=rest,
            privacy=_privacy(grant, planner.withheld),
            disclosure=_disclosure(planner.disclosed),
            reasons=_reasons(grant, planner.disclosed),
            lists=parts.lists,
            needed=_needed(planner),
            withheld=_counted(self.contract, planner.withheld),
        )


@dataclass(slots=True)
class _Parts:
    """The root fields of an operation, sorted by who answers them."""

    query: GraphQLObjectType
    planner: Planner
    roots: list[tuple[str, Root]] = field(default_factory=list)
    lists: dict[str, EntityList] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    rest: list[Any] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    exists: Effect | None = None

    def finish(self) -> None:
        """Entities of all fields are asked for together."""
        if self.batches and self.exists is not None:
            self.roots.append((ENTITIES, root_of(self.exists, self.batches)))

    def add(self, key: str, nodes: Nodes) -> None:
        name = nodes[0].name.value
        if name == "__typename":
            self.texts[key] = b'"Query"'
        elif name in PLANNED:
            self._take(key, plan_root(self.planner, self.query, key, nodes))
        else:
            self.rest += nodes

    def _take(self, key: str, planned: Planned) -> None:
        match planned:
            case Nothing(text=text):
                self.texts[key] = text
            case Root():
                self.roots.append((key, planned))
            case PlannedEntities(listed=listed, exists=exists, batches=batches):
                self.lists[key] = listed
                self.batches += batches
                self.exists = exists or self.exists


def _document(syntax: Syntax, operation: OperationDefinitionNode, nodes: Nodes) -> DocumentNode:
    """The same document with only the root fields that nobody planned."""
    only = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    return DocumentNode(definitions=(only, *syntax.fragments.values()))


def _disclosure(disclosed: Mapping[str, Effect]) -> Disclosure:
    coordinates = tuple(sorted((what, effect.kind.value) for what, effect in disclosed.items()))
    return Disclosure(sha256(orjson.dumps(coordinates)).digest(), coordinates)


def _reasons(grant: Grant, disclosed: Mapping[str, Effect]) -> RowReasons:
    """Why a row is withheld is itself of a customer's privacy state: nothing is said to who may not read that."""
    told = grant.effect(Category.PRIVACY)
    conditional = [each for each in disclosed.items() if each[1].condition.bits] if told.allows else []
    return RowReasons(tuple(conditional), told.condition)


def _needed(planner: Planner) -> tuple[SignInRequirement, ...]:
    """Of what the plan shows or uses; what it withholds asks for nothing."""
    needed, categories = planner.grant.sign_in_requirements, planner.contract.categories
    touched = (categories[what.partition(":")[0]] for what in planner.disclosed)
    return tuple(dict.fromkeys(needed[category] for category in touched if category in needed))


def _counted(contract: Contract, withheld: list[Withheld]) -> Withholdings:
    types = ((each, each.coordinate.partition(".")[0]) for each in withheld)
    return Counter((contract.owners[each.coordinate], type_, each.effect.rule) for each, type_ in types)


def _privacy(grant: Grant, withheld: list[Withheld]) -> bytes:
    """`extensions.privacy`: by which policy and for which purpose it was decided, and what was held back from all."""
    told = [
        {
            "coordinate": each.coordinate,
            "path": each.path,
            "effect": each.effect.kind,
            "rule": each.effect.rule,
            "article": each.effect.article,
            "remedy": each.effect.remedy,
        }
        for each in withheld
    ]
    return orjson.dumps({"policy": grant.policy_version, "purpose": grant.purpose, "withheld": told})

"""Planning of whole operations: each root field is planned, left to graphql-core, or answered at once."""

from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from graphql import DocumentNode, GraphQLObjectType, OperationDefinitionNode, SelectionSetNode

from auth.policy.effects import NO_PURPOSE, Effect
from auth.policy.grant import Grant
from auth.policy.reach import Reach
from datasources.compiler.roots import StatementCompiler
from datasources.entries import Batch, Root
from datasources.plan import Variables
from datasources.shapes import Shapes
from resolvers.contract import Contract
from resolvers.documents.selection import Nodes, Selector
from resolvers.documents.syntax import Syntax
from resolvers.planning.entities import ENTITIES, EntityList, PlannedEntities, entities_root
from resolvers.planning.fields import Planner
from resolvers.planning.plan_privacy import (
    count_withheld,
    disclosure,
    privacy_extension,
    row_reasons,
    sign_in_requirements,
)
from resolvers.planning.plans import Plan, PlannedRoot
from resolvers.planning.roots import PLANNED, Nothing, Planned, plan_root


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
        reaches: tuple[Reach, ...],
    ) -> Plan:
        """Raises OperationRefused if the operation cannot be run for this grant."""
        selector = Selector(self.contract.schema, syntax.fragments, variables)
        planner = Planner(self.contract, self.shapes, grant, selector)
        root_type = self.contract.schema.get_root_type(operation.operation)
        assert root_type is not None
        collected = selector.fields(root_type, [operation.selection_set])
        parts = _Parts(root_type, planner)
        for key, nodes in collected.items():
            parts.add(key, nodes)
        parts.finish()
        rest = _rest_document(syntax, operation, parts.rest) if parts.rest else None
        return Plan(
            keys=tuple(
                (key, b'%b"%b":' % (b"," if place else b"", key.encode())) for place, key in enumerate(collected)
            ),
            roots=tuple(
                PlannedRoot(key, replace(root, reaches=reaches), self.fused, self.apart) for key, root in parts.roots
            ),
            texts=parts.texts,
            rest=rest,
            privacy=privacy_extension(grant, planner.withheld),
            disclosure=disclosure(planner.disclosed),
            reasons=row_reasons(grant, planner.disclosed),
            lists=parts.lists,
            sign_in_requirements=sign_in_requirements(planner),
            withheld=count_withheld(self.contract, planner.withheld),
            needs_purpose=any(each.effect is NO_PURPOSE for each in planner.withheld),
        )


@dataclass(slots=True)
class _Parts:
    """The root fields of an operation, by what answers them."""

    root_type: GraphQLObjectType
    planner: Planner
    roots: list[tuple[str, Root]] = field(default_factory=list)
    lists: dict[str, EntityList] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)
    rest: list[Any] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    exists: Effect | None = None

    def finish(self) -> None:
        """Add the one root that answers the entities of all fields."""
        if self.batches and self.exists is not None:
            self.roots.append((ENTITIES, entities_root(self.root_type.name, self.exists, self.batches)))

    def add(self, key: str, nodes: Nodes) -> None:
        name = nodes[0].name.value
        if name == "__typename":
            self.texts[key] = orjson.dumps(self.root_type.name)
        elif name in PLANNED:
            self._take(key, plan_root(self.planner, self.root_type, key, nodes))
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


def _rest_document(syntax: Syntax, operation: OperationDefinitionNode, nodes: Nodes) -> DocumentNode:
    """The document with only the root fields that the planner does not plan."""
    only = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        directives=(),
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    return DocumentNode(definitions=(only, *syntax.fragments.values()))

"""Selections for one concrete type: fragments expanded, repeated keys merged, @skip and @include decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    BooleanValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    is_abstract_type,
)

from datasources.plan import Variables
from resolvers.refusal import null_variable_refusal

# All nodes with one response key. The first has the arguments; each may add to the selection below.
Nodes = list[FieldNode]


@dataclass(frozen=True, slots=True)
class Selector:
    """Collects fields within one operation."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Variables

    def fields(self, type_: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> Mapping[str, Nodes]:
        """The fields selected on an object of this type, by response key, in the order of their first occurrence."""
        collected: dict[str, Nodes] = {}
        visited: set[str] = set()
        for selected in sets:
            self._collect(type_, selected.selections, collected, visited)
        return collected

    def below(self, nodes: Nodes) -> list[SelectionSetNode]:
        return [node.selection_set for node in nodes if node.selection_set is not None]

    def _collect(
        self,
        type_: GraphQLObjectType,
        selections: Sequence[SelectionNode],
        collected: dict[str, Nodes],
        visited: set[str],
    ) -> None:
        for selection in selections:
            if not self.included(selection):
                continue
            match selection:
                case FieldNode():
                    key = (selection.alias or selection.name).value
                    collected.setdefault(key, []).append(selection)
                case InlineFragmentNode(type_condition=condition, selection_set=inner):
                    if condition is None or self._applies(condition.name.value, type_):
                        self._collect(type_, inner.selections, collected, visited)
                case FragmentSpreadNode(name=name):
                    fragment = self.fragments[name.value]
                    if name.value not in visited and self._applies(fragment.type_condition.name.value, type_):
                        visited.add(name.value)
                        self._collect(type_, fragment.selection_set.selections, collected, visited)

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        named: GraphQLNamedType | None = self.schema.get_type(condition)
        if is_abstract_type(named):
            return self.schema.is_sub_type(named, type_)
        return condition == type_.name

    def included(self, selection: SelectionNode) -> bool:
        return not self._condition("skip", selection, False) and self._condition("include", selection, True)

    def _condition(self, directive: str, selection: SelectionNode, otherwise: bool) -> bool:
        for each in selection.directives or ():
            if each.name.value == directive:
                value = (each.arguments or ())[0].value
                if isinstance(value, VariableNode):
                    return self._decided(value.name.value)
                return isinstance(value, BooleanValueNode) and value.value
        return otherwise

    def _decided(self, variable: str) -> bool:
        value = self.variables[variable]
        if value is None:
            raise null_variable_refusal(variable)
        return bool(value)

"""What is known before any data is read: why an operation is refused, and what is withheld from every customer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_object_type,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues, get_argument_values

from tests.oracle.inputs import USED_BY_ARGUMENTS, USED_BY_FILTERS, USED_BY_KEYS, USED_BY_ORDERS
from tests.oracle.pages import is_wrong
from tests.oracle.rights import Decision, Rights
from tests.oracle.roots import OBJECTS, node_type

Path = tuple[str, ...]
Withheld = tuple[str, Path, str]


@dataclass
class Walk:
    """One walk over everything that an operation asks for, whether or not there is data."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    operation: OperationDefinitionNode
    variables: VariableValues
    rights: Rights
    withheld: list[Withheld] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    # What is shown or used at all, and on which conditions.
    decisions: dict[str, Decision] = field(default_factory=dict)

    def run(self) -> None:
        query = self.schema.query_type
        assert query is not None
        collected = collect_fields(self.schema, self._details(), self.variables, query, self.operation)
        for key, nodes in collected.grouped_field_set.items():
            if not nodes[0].node.name.value.startswith("__"):
                self._root(query, key, nodes)

    def _details(self) -> dict[str, FragmentDetails]:
        return {name: FragmentDetails(definition) for name, definition in self.fragments.items()}

    def _root(self, query: GraphQLObjectType, key: str, nodes: FieldDetailsList) -> None:
        name = nodes[0].node.name.value
        args = get_argument_values(query.fields[name], nodes[0].node, self.variables)
        if name == "customers":
            self._customers(key, nodes, args)
        elif name == "viewer":
            self._below("Viewer", nodes, (key,))
        elif name != "node" or node_type(args["id"]) is not None:
            type_, uses = _uses(name, args)
            granted = [self._may(coordinate, use, (key,)) for coordinate, use in uses]
            if all(granted):
                self._below(type_, nodes, (key,))

    def _customers(self, key: str, nodes: FieldDetailsList, args: Mapping[str, Any]) -> None:
        self._paged(args)
        exists = self._may("Query.customers", "item", (key,))
        self._below("CustomerConnection", nodes, (key,))
        if exists:
            self._narrowed(args.get("filter") or {}, USED_BY_FILTERS)
            if args.get("orderBy"):
                self._used(USED_BY_ORDERS[args["orderBy"]["field"]], "order")

    def _may(self, coordinate: str, use: str, path: Path) -> bool:
        decision = self.rights.of(coordinate, use)
        if decision.is_allowed:
            self.decisions[coordinate if use == "item" else f"{coordinate}:{use}"] = decision
        else:
            self.withheld.append((coordinate, path, decision.effect))
        return decision.is_allowed

    def _used(self, coordinate: str, use: str) -> None:
        decision = self.rights.of(coordinate, use)
        if decision.is_allowed:
            self.decisions[f"{coordinate}:{use}"] = decision
        else:
            self.refusals.append("USE_WITHHELD")

    def _paged(self, args: Mapping[str, Any]) -> None:
        if is_wrong(args):
            self.refusals.append("BAD_USER_INPUT")

    def _narrowed(self, given: Mapping[str, Any], uses: Mapping[str, str]) -> None:
        for name, value in given.items():
            if name in uses and value is not None:
                self._used(uses[name], "filter")

    def _below(self, type_name: str, nodes: FieldDetailsList, path: Path) -> None:
        for type_ in self._concrete(type_name):
            collected = self._collected(type_, nodes)
            for key, below in collected.items():
                self._field(type_, below, (*path, key))

    def _concrete(self, type_name: str) -> Iterator[GraphQLObjectType]:
        type_ = self.schema.get_type(type_name)
        if is_object_type(type_):
            yield type_
        elif is_abstract_type(type_):
            yield from self.schema.get_possible_types(type_)

    def _collected(self, type_: GraphQLObjectType, nodes: FieldDetailsList) -> GroupedFieldSet:
        found = collect_subfields(self.schema, self._details(), self.variables, self.operation, type_, nodes)
        return found.grouped_field_set

    def _field(self, type_: GraphQLObjectType, nodes: FieldDetailsList, path: Path) -> None:
        name = nodes[0].node.name.value
        if name.startswith("__"):
            return
        coordinate = f"{type_.name}.{name}"
        definition = type_.fields[name]
        decision = self.rights.of(coordinate)
        effect = shown_effect(decision, definition.type)
        if effect != "allow":
            self.withheld.append((coordinate, path, effect))
        if effect == "withhold":
            return
        self.decisions[coordinate] = decision
        args = get_argument_values(definition, nodes[0].node, self.variables)
        named = get_named_type(definition.type)
        if is_object_type(named) or is_abstract_type(named):
            self._below(named.name, nodes, path)
        if named.name.endswith("Connection"):
            self._paged(args)
            self._narrowed(args, USED_BY_ARGUMENTS.get(coordinate, {}))


def shown_effect(decision: Decision, type_: Any) -> str:
    """A mask hides part of a text. Objects and lists are shown for what they hold; numbers, days and money have no
    part to hide and are withheld.
    """
    if decision.effect != "mask":
        return decision.effect
    bare = get_nullable_type(type_)
    if get_named_type(bare).name == "Money":
        return "withhold"
    if is_list_type(bare) or is_abstract_type(bare) or is_object_type(bare):
        return "allow"
    return "mask" if bare.name == "String" else "withhold"


def _uses(name: str, args: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The type that a root leads to, and what it uses to get there."""
    if name == "customer":
        (key,) = args["by"]
        return "Customer", (("Query.customer", "item"), (USED_BY_KEYS[key], "lookup"))
    if name == "node":
        type_ = node_type(args["id"])
        assert type_ is not None
        if type_ == "Customer":
            return type_, (("Query.node", "item"), ("Customer.number", "lookup"))
        return type_, (("Query.node", "item"), (OBJECTS[type_][1], "item"))
    type_ = name.capitalize()
    return type_, ((f"Query.{name}", "item"), (f"{type_}.number", "lookup"), ("Query.customer", "item"))

"""A part of the whole graph as a schema that runs: its objects and interfaces anew, all else the whole's own."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    is_interface_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_union_type,
)

from resolvers.documents.representations import ANY
from resolvers.planning.entities import ENTITIES, REPRESENTATIONS
from resolvers.root_types import QUERY
from schema.federation.parts import Part


def project(whole: GraphQLSchema, part: Part, sdl: str) -> GraphQLSchema:
    """The part with the two roots that a federation gateway asks: `_entities`, and `_service` with its SDL."""
    projection = _Projection(whole, part)
    types = [projection.type_named(whole.type_map[name]) for name in sorted(part.types - {QUERY})]
    query = projection.query(_gateway_roots([projection.types[name] for name in part.entities], sdl))
    return GraphQLSchema(query, types=[query, *types], directives=whole.directives, extensions=whole.extensions)


class _Projection:
    def __init__(self, whole: GraphQLSchema, part: Part) -> None:
        self._whole = whole
        self._part = part
        self.types: dict[str, Any] = {}

    def query(self, more: Mapping[str, GraphQLField]) -> GraphQLObjectType:
        whole = self._whole.query_type
        return GraphQLObjectType(**_arguments(whole, fields={**self._fields(whole), **more}))

    def type_named(self, type_: Any) -> Any:
        """The type as this part has it. Its fields are projected on first access, because types refer to each other."""
        if type_.name not in self.types:
            self.types[type_.name] = self._project_type(type_)
        return self.types[type_.name]

    def _project_type(self, type_: Any) -> Any:
        if is_object_type(type_):
            return GraphQLObjectType(**self._arguments_of(type_))
        if is_interface_type(type_):
            return GraphQLInterfaceType(**self._arguments_of(type_))
        if is_union_type(type_):
            return GraphQLUnionType(**_arguments(type_, types=[self.type_named(each) for each in type_.types]))
        return type_

    def _arguments_of(self, type_: Any) -> dict[str, Any]:
        return _arguments(type_, fields=partial(self._fields, type_), interfaces=partial(self._interfaces, type_))

    def _fields(self, type_: Any) -> dict[str, GraphQLField]:
        kept = self._part.fields.get(type_.name, type_.fields)
        return {name: self._field(field) for name, field in type_.fields.items() if name in kept}

    def _field(self, field: Any) -> GraphQLField:
        return GraphQLField(**_arguments(field, type_=self._type(field.type)))

    def _interfaces(self, type_: Any) -> list[Any]:
        return [self.type_named(each) for each in type_.interfaces]

    def _type(self, type_: Any) -> Any:
        if is_non_null_type(type_):
            return GraphQLNonNull(self._type(type_.of_type))
        if is_list_type(type_):
            return GraphQLList(self._type(type_.of_type))
        return self.type_named(type_)


def _gateway_roots(entities: list[GraphQLObjectType], sdl: str) -> dict[str, GraphQLField]:
    entity = GraphQLUnionType("_Entity", entities, description="What can be asked for by its id.")
    text = GraphQLField(GraphQLString, description="This subgraph in the schema definition language.")
    purpose = "What a gateway has to know of this subgraph."
    service = GraphQLNonNull(GraphQLObjectType("_Service", {"sdl": text}, description=purpose))
    asked = GraphQLNonNull(GraphQLList(GraphQLNonNull(ANY)))
    representations = {REPRESENTATIONS: GraphQLArgument(asked, description="Which, each by its type and id.")}
    return {
        ENTITIES: GraphQLField(
            GraphQLNonNull(GraphQLList(entity)),
            args=representations,
            description="As many as are asked for and in that order; null for each that is none you may see.",
        ),
        "_service": GraphQLField(service, resolve=lambda *_: {"sdl": sdl}, description=purpose),
    }


def _arguments(whole: Any, **changed: Any) -> dict[str, Any]:
    """The constructor arguments of a GraphQL element, with some replaced."""
    return {**whole.to_kwargs(), **changed}

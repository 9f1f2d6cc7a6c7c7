"""Builds the schema from its types, prints it, and checks that every field is described, classified and expressed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import strawberry
from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
)
from strawberry.schema.config import StrawberryConfig

from datasources.departments import SHAPES
from datasources.shapes import Shapes
from resolvers.contract import Contract, GovernedInput
from resolvers.prices import Price, Pricing
from schema.classification import CATEGORY, GOVERNS, OPERATOR, OWNER
from schema.core import Individual, Organization
from schema.costs import DIRECTIVES, Cost, ListSize, cost_directives
from schema.costs import price as price_of
from schema.query import Query
from schema.scalars import SCALARS

SDL_FILE = Path(__file__).with_name("customer360.graphql")


def build_schema() -> strawberry.Schema:
    """The whole graph."""
    schema = strawberry.Schema(Query, types=[Individual, Organization], config=StrawberryConfig(scalar_map=SCALARS))
    for _, field, price in _prices(schema._schema):
        definition = field.extensions["strawberry-definition"]
        # Because types outlive a schema, they may carry the directives of one that was built before.
        kept = [each for each in definition.directives if not isinstance(each, Cost | ListSize)]
        definition.directives = [*kept, *cost_directives(price)]
    _declare_one_of(schema._schema)
    return schema


def _declare_one_of(graph: GraphQLSchema) -> None:
    """Mark @oneOf inputs for graphql-core, because Strawberry only checks them itself when a value is coerced.

    graphql-core then refuses a nullable variable in such a position, and says in introspection that it is one.
    """
    for type_ in graph.type_map.values():
        if is_input_object_type(type_) and type_.extensions["strawberry-definition"].is_one_of:
            type_.is_one_of = True


def print_sdl() -> str:
    return build_schema().as_str() + "\n"


def contract(schema: strawberry.Schema) -> Contract:
    """The schema with the categories, prices and governed coordinates that its fields and inputs declare."""
    graph = schema._schema
    known = {each.name for each in graph.directives}
    graph.directives = (*graph.directives, *(each for each in DIRECTIVES if each.name not in known))
    types = [each for each in graph.type_map.values() if not each.name.startswith("__")]
    node = graph.get_type("Node")
    nodes = graph.get_possible_types(node) if is_interface_type(node) else ()
    return Contract(
        graph,
        categories=dict(each for type_ in types for each in _declared(type_, CATEGORY)),
        inputs=dict(each for type_ in types for each in _governed_inputs(type_)),
        nodes=frozenset(each.name for each in nodes),
        pricing=_pricing(graph),
        owners={coordinate: owner.value.lower() for type_ in types for coordinate, owner in _declared(type_, OWNER)},
    )


def _pricing(graph: GraphQLSchema) -> Pricing:
    # Introspection is bounded by what there is to tell.
    prices, entries = {"__Schema.types": Price(length=len(graph.type_map))}, set[str]()
    for coordinate, field, price in _prices(graph):
        prices[coordinate] = price
        entries |= {f"{get_named_type(field.type).name}.{name}" for name in price.sized}
    return Pricing(prices, frozenset(entries))


def _prices(graph: GraphQLSchema) -> Iterator[tuple[str, GraphQLField, Price]]:
    """The fields that do not cost one point, with their prices."""
    for type_ in graph.type_map.values():
        if is_object_type(type_) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                price = price_of(type_.name, name, field)
                if price is not None:
                    yield f"{type_.name}.{name}", field, price


def _declared(type_: GraphQLNamedType, key: str) -> Iterator[tuple[str, Any]]:
    """The metadata under this key that the type's fields were declared with, by coordinate."""
    if is_object_type(type_) or is_interface_type(type_):
        for name, field in type_.fields.items():
            value = _metadata(field).get(key)
            if value is not None:
                yield f"{type_.name}.{name}", value


def _governed_inputs(type_: GraphQLNamedType) -> Iterator[tuple[str, GovernedInput]]:
    if is_input_object_type(type_):
        for name, field in type_.fields.items():
            yield from _governed_input(f"{type_.name}.{name}", field)
    if is_object_type(type_):
        for name, field in type_.fields.items():
            for argument, definition in field.args.items():
                yield from _governed_input(f"{type_.name}.{name}({argument}:)", definition)


def _governed_input(place: str, definition: Any) -> Iterator[tuple[str, GovernedInput]]:
    metadata = _metadata(definition)
    if GOVERNS in metadata:
        yield place, GovernedInput(metadata[GOVERNS], metadata[OPERATOR])


def _metadata(definition: Any) -> dict[str, Any]:
    declared = definition.extensions.get("strawberry-definition")
    return dict(declared.metadata) if declared is not None else {}


def check() -> list[str]:
    """The problems of the schema, a line each."""
    schema = build_schema()
    known = contract(schema)
    problems = [*undeclared(known), *unexpressed(known.schema, SHAPES)]
    if not SDL_FILE.exists() or SDL_FILE.read_text() != print_sdl():
        problems.append(f"schema/{SDL_FILE.name} is stale: run `make golden`")
    return problems


def unexpressed(schema: GraphQLSchema, shapes: Shapes) -> Iterator[str]:
    """Fields that no shape says how to read, and what shapes declare that is no field."""
    for name, shape in shapes.items():
        type_ = schema.get_type(name)
        fields = type_.fields if is_object_type(type_) else {}
        for field in fields:
            try:
                shape.coordinate(field)
            except (LookupError, TypeError) as problem:
                yield f"{name}.{field}: {problem}"
        yield from (
            f"{name}.{each} is declared by its shape and is no field" for each in shape.fields if each not in fields
        )


def undeclared(known: Contract) -> Iterator[str]:
    """Types and fields without a description or a category, and personal data that cannot be null."""
    for type_ in known.schema.type_map.values():
        if type_.name.startswith("__"):
            continue
        if not type_.description and type_.name not in ("Boolean", "Float", "ID", "Int", "String"):
            yield f"{type_.name} has no description"
        if is_object_type(type_) or is_interface_type(type_):
            yield from _undeclared_of_type(known, type_)


def _undeclared_of_type(known: Contract, type_: Any) -> Iterator[str]:
    for name, field in type_.fields.items():
        coordinate = f"{type_.name}.{name}"
        category = known.categories.get(coordinate)
        if category is None:
            yield f"{coordinate} has no category: declare it with a department's field(...)"
        elif category.is_personal and str(field.type).endswith("!"):
            yield f"{coordinate} holds personal data and must be nullable: a withheld value is null"
        if not field.description:
            yield f"{coordinate} has no description"
        for argument, definition in field.args.items():
            if not definition.description:
                yield f"{coordinate}({argument}:) has no description"

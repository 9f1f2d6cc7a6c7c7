from collections import Counter

import pytest
from graphql import GraphQLObjectType, build_schema, is_object_type, print_type

from auth.departments import DEPARTMENTS
from schema.build import build_schema as whole_schema
from schema.build import contract, print_sdl
from schema.federation.parts import parts, shared_types
from schema.federation.subgraphs import build_subgraph, print_subgraphs

WHOLE = contract(whole_schema())
PARTS = parts(WHOLE.schema)


def test_every_field_of_every_type_is_served_by_somebody() -> None:
    for name, type_ in WHOLE.schema.type_map.items():
        if is_object_type(type_) and not name.startswith("__"):
            served = {field for part in PARTS.values() for field in part.fields.get(name, ())}
            assert served == set(type_.fields), name


def test_no_field_is_claimed_by_two_departments() -> None:
    values = shared_types(PARTS.values())
    claims = Counter(
        f"{name}.{field}"
        for part in PARTS.values()
        for name, fields in part.fields.items()
        for field in fields
        if name not in values and field != "id"
    )
    assert [name for name, count in claims.items() if count > 1] == []


def test_every_object_with_an_id_is_resolved_by_one_department_and_the_customer_by_all() -> None:
    resolved = Counter(name for part in PARTS.values() for name in part.entities)
    assert resolved.pop("Customer") == len(DEPARTMENTS)
    assert set(resolved) == WHOLE.nodes - {"Customer"}
    assert set(resolved.values()) == {1}


def test_core_names_the_objects_of_others_so_that_node_can_lead_to_them() -> None:
    assert set(PARTS["core"].references) == WHOLE.nodes - {"Customer"}
    assert [part.department for part in PARTS.values() if part.references] == ["core"]


def test_departments_share_values_only() -> None:
    assert shared_types(PARTS.values()) == {"Money", "PageInfo"}


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_what_is_printed_is_what_runs(department: str) -> None:
    subgraph = build_subgraph(department)
    printed = build_schema(f"{_DIRECTIVES}{subgraph.sdl}", assume_valid=True)
    running = subgraph.contract.schema
    for name, type_ in printed.type_map.items():
        if not name.startswith("__") and name != "Query":
            assert print_type(type_) == print_type(running.type_map[name])
    assert isinstance(running.query_type, GraphQLObjectType)
    assert {"_service", "_entities"} <= set(running.query_type.fields)
    extra = {"_Any", "_Entity", "_Service", "Query"}
    assert set(running.type_map) - set(printed.type_map) <= extra


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_categories_and_uses_are_the_wholes(department: str) -> None:
    own = build_subgraph(department).contract
    assert (own.categories, own.inputs, own.nodes) == (WHOLE.categories, WHOLE.inputs, WHOLE.nodes)


def test_a_department_shows_gateways_whom_it_lets_in() -> None:
    finance = print_subgraphs()["finance"]
    assert 'finance: Finance @data(category: "structure", owner: FINANCE) @authenticated' in finance
    assert finance.count('@requiresScopes(scopes: [["finance:read"]])') == 2
    assert "@requiresScopes(scopes" not in print_subgraphs()["core"]


def test_the_whole_is_printed_as_before() -> None:
    print_subgraphs()
    assert "@key" not in print_sdl()


def test_there_is_no_other_department() -> None:
    with pytest.raises(KeyError):
        build_subgraph("billing")


_DIRECTIVES = """
directive @link(url: String!, import: [String]) repeatable on SCHEMA
directive @key(fields: String!, resolvable: Boolean = true) repeatable on OBJECT
directive @shareable on OBJECT
directive @composeDirective(name: String!) repeatable on SCHEMA
directive @authenticated on FIELD_DEFINITION
directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION
"""

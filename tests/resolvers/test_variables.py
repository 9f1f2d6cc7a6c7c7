"""Plain variables are read as graphql-core reads them, and have the skeleton that any variables have."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, VariableDefinitionNode, get_variable_values, parse
from graphql.execution.values import VariableValues

from resolvers.documents.skeleton import skeleton
from resolvers.documents.variables import PlainVariables, plain_variables
from schema.build import build_schema, contract

CONTRACT = contract(build_schema())
CUSTOMER = "972cfb00-e89d-47b0-9991-e635a98fb876"
ORDER = f"Order_{CUSTOMER}_{CUSTOMER}"

VALUES: dict[str, list[Any]] = {
    "ID": [CUSTOMER, ORDER, "a_b", 7, 7.5, True, None, [], {}],
    "String": ["", "text", "a_b_c", 7, None, {}],
    "Int": [1, 99, 2**40, "1", 1.0, True, None],
    "Boolean": [True, False, 0, "true", None],
    "PhoneNumber": ["+46 70 174 06 05", "0701740605", 46, None],
    "EmailAddress": ["a@Example.ORG", "nobody", None],
    "Date": ["2026-01-31", "2026-02-31", 20260131, None],
    "Decimal": ["12.50", "NaN", 12.5, None],
    "CountryCode": ["SE", "se", None],
}


def definitions(text: str) -> tuple[VariableDefinitionNode, ...]:
    (operation,) = parse(f"query ({text}) {{ __typename }}").definitions
    assert isinstance(operation, OperationDefinitionNode)
    return operation.variable_definitions or ()


def variables_of(text: str) -> PlainVariables:
    found = plain_variables(CONTRACT.schema, definitions(text))
    assert found is not None
    return found


def expected(text: str, given: dict[str, Any]) -> Any:
    values = get_variable_values(CONTRACT.schema, definitions(text), given)
    return values.coerced if isinstance(values, VariableValues) else None


@pytest.mark.parametrize("type_", VALUES)
@pytest.mark.parametrize("is_required", [True, False])
def test_each_value_is_read_as_graphql_core_reads_it(type_: str, is_required: bool) -> None:
    text = f"$value: {type_}{'!' if is_required else ''}"
    for given in ({}, *({"value": each} for each in VALUES[type_])):
        coerced = variables_of(text).coerce(given)
        assert coerced == expected(text, given), given
        if coerced is not None:
            assert variables_of(text).skeleton(coerced, CONTRACT.nodes) == skeleton(coerced, CONTRACT.nodes), given


def test_several_are_read_together() -> None:
    text = "$phone: PhoneNumber!, $id: ID, $from: Date"
    for given in ({"phone": "+46701740605"}, {"phone": "+46701740605", "id": ORDER, "from": None, "more": 1}):
        coerced = variables_of(text).coerce(given)
        assert coerced == expected(text, given)
        assert coerced is not None
        assert variables_of(text).skeleton(coerced, CONTRACT.nodes) == skeleton(coerced, CONTRACT.nodes)


@pytest.mark.parametrize(
    "text", ["$a: ID = 1", "$a: [ID!]!", "$a: CustomerBy!", "$a: CustomerStatus!", "$a: ID, $b: [ID]"]
)
def test_what_is_not_plain_is_left_to_graphql_core(text: str) -> None:
    assert plain_variables(CONTRACT.schema, definitions(text)) is None


def test_a_scalar_that_is_not_known_here_may_shape_a_plan() -> None:
    """`_Any`, as a gateway sends it, names the type of an object."""
    assert variables_of("$a: Int!").usual is None
    assert variables_of("$a: ID!, $b: String!").usual == (("a", "*"), ("b", "*"))

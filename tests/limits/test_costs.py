from typing import Any

import orjson
import pytest
from graphql import get_named_type, get_nullable_type, is_composite_type, is_list_type, is_object_type

from resolvers.documents.costs import Cost
from resolvers.documents.library import Documents
from resolvers.documents.limits import Limits
from resolvers.graph import Graph
from resolvers.refusal import OperationRefused
from schema.build import build_schema, contract
from schema.federation.subgraphs import build_subgraph
from tests.limits.conftest import Make, request

CONTRACT = contract(build_schema())
CUSTOMER = 'customer(by: {number: "C-1"})'
INVOICES = """
query ($n: Int, $yes: Boolean! = true) {
  customers { nodes { finance { invoices(first: $n) @include(if: $yes) { nodes { id } } } } }
}
"""
OF_REPRESENTATIONS = """
query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { finance { balance { amount } } } } }
"""


def cost(text: str, documents: Documents | None = None, **given: Any) -> int:
    return priced(text, documents, **given).points


def priced(text: str, documents: Documents | None = None, **given: Any) -> Cost:
    known = documents or Documents(CONTRACT, Limits(cost=10**12))
    operation = known.read(text).operation(None)
    return known.cost(operation, known.variables(operation, given))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A root is a statement; a value costs nothing.
        (f"{{ {CUSTOMER} {{ id number displayName }} }}", 10),
        (f"{{ a: {CUSTOMER} {{ id }} b: {CUSTOMER} {{ id }} }}", 20),
        # An object is a point.
        (f"{{ {CUSTOMER} {{ finance {{ balance {{ amount }} }} }} }}", 10 + 2),
        # A list without pages is taken for five long.
        (f"{{ {CUSTOMER} {{ phoneNumbers {{ number }} }} }}", 10 + 5),
        # A page is a point, and as long as is asked, or else ten.
        ("{ customers { nodes { id } } }", 10 + 10),
        ("{ customers(first: 3) { nodes { id } } }", 10 + 3),
        ("{ customers(last: 7) { edges { node { id } } } }", 10 + 7 * 2),
        ("{ customers(first: 3) { pageInfo { hasNextPage } } }", 10 + 1),
        # To count all customers is work, to count one's invoices is not.
        ("{ customers(first: 3) { totalCount } }", 10 + 100),
        (f"{{ {CUSTOMER} {{ finance {{ invoices {{ totalCount }} }} }} }}", 10 + 1 + 1),
        # Lists within lists multiply.
        ("{ customers(first: 3) { nodes { phoneNumbers { number } } } }", 10 + 3 * (1 + 5)),
        (
            "{ customers(first: 3) { nodes { finance { invoices(first: 4) { nodes { id } } } } } }",
            10 + 3 * (1 + 1 + 1 + 4),
        ),
        # A fragment counts wherever it is used, also when it holds a page's entries.
        ("{ customers(first: 3) { ...F ...F } } fragment F on CustomerConnection { nodes { id } }", 10 + 3 * 2),
        (f"{{ {CUSTOMER} {{ party {{ ... on Organization {{ contacts {{ name }} }} }} }} }}", 10 + 1 + 5),
        # What is out of bounds is refused elsewhere, by its name.
        ("{ customers(first: 1000) { nodes { id } } }", 10 + 100),
        ("{ customers(first: -1) { nodes { id } } }", 10),
        ("{ customers(first: null) { nodes { id } } }", 10 + 10),
        # What is left out costs nothing.
        (f"{{ {CUSTOMER} {{ finance @skip(if: true) {{ balance {{ amount }} }} }} }}", 10),
        ("{ viewer { role } }", 1),
        ("{ viewer { coordinates { rule } } }", 1 + 600 * 5),
        ("{ __schema { queryType { name } } }", 2),
    ],
)
def test_cost(text: str, expected: int) -> None:
    assert cost(text) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [({"n": 2}, 10 + 10 * (1 + 1 + 1 + 2)), ({"n": 50}, 10 + 10 * (1 + 1 + 1 + 50)), ({"n": None}, 10 + 10 * 13),
     ({}, 10 + 10 * 13), ({"n": 50, "yes": False}, 10 + 10 * 2)],
)  # fmt: skip
def test_sizes_and_decisions_are_the_variables_own(given: dict[str, Any], expected: int) -> None:
    documents = Documents(CONTRACT, Limits())
    for _ in range(2):
        assert cost(INVOICES, documents, **given) == expected


def test_a_count_is_work_whatever_comes_of_it() -> None:
    text = "{ ...F customers { totalCount nodes { party { displayName } } } }"
    text += " fragment F on Query { customers { totalCount } }"
    assert priced(text) == Cost(points=2 * 110 + 10 * 2, values=200)


def test_a_known_cost_is_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = Documents(CONTRACT, Limits())
    assert [cost(INVOICES, documents, n=n) for n in (1, 2)] == [50, 60]
    monkeypatch.setattr("resolvers.documents.library.cost", None)
    assert [cost(INVOICES, documents, n=n) for n in (1, 2)] == [50, 60]


def test_representations_count_one_by_one() -> None:
    own = build_subgraph("finance").contract
    documents = Documents(own, Limits())
    given = [{"__typename": "Customer", "id": f"Customer_{n}"} for n in range(7)]
    assert cost(OF_REPRESENTATIONS, documents, r=given) == 7 * 3


async def test_what_costs_too_much_is_refused_before_it_is_planned(make_graph: Make) -> None:
    graph = make_graph(Limits(cost=30))
    document = "query ($n: Int!) { customers(first: $n) { nodes { id } } }"
    answer = await graph.answer(request(document, n=21))
    (error,) = orjson.loads(answer.body)["errors"]
    assert error["extensions"] == {"code": "COST_EXCEEDED", "measure": "cost", "limit": 30, "found": 31}
    assert "shorter lists (`first`)" in error["message"]
    assert graph.plans.compiled == 0

    answer = await graph.answer(request(document, n=20))
    assert answer.code == "CORE_UNAVAILABLE"
    assert graph.plans.compiled == 1


@pytest.mark.parametrize(("text", "what"), [("{ a b c d }", "tokens"), ("{ a }" + "#\n" * 6, "comments")])
async def test_tokens_are_counted_while_they_are_read(text: str, what: str, make_graph: Make) -> None:
    answer = await make_graph(Limits(tokens=5)).answer(request(text))
    (error,) = orjson.loads(answer.body)["errors"]
    assert error["extensions"] == {"code": "COST_EXCEEDED", "measure": what, "limit": 5}


def test_every_list_of_the_schema_says_how_long_it_is() -> None:
    silent = [
        f"{type_.name}.{name}"
        for type_ in CONTRACT.schema.type_map.values()
        if is_object_type(type_) and not type_.name.startswith("__")
        for name, field in type_.fields.items()
        if is_list_type(get_nullable_type(field.type)) and is_composite_type(get_named_type(field.type))
        if (coordinate := f"{type_.name}.{name}") not in CONTRACT.pricing.entries
        and CONTRACT.pricing.of(coordinate).length is None
    ]
    assert silent == []


def test_the_rights_are_not_more_than_is_assumed() -> None:
    assert 0 < len(CONTRACT.categories) <= 600


def test_a_refused_cost_is_not_too_large_for_json(graph: Graph) -> None:
    with pytest.raises(OperationRefused) as caught:
        Limits().check_cost(10**40)
    assert caught.value.errors[0]["extensions"]["found"] == 2**53 - 1

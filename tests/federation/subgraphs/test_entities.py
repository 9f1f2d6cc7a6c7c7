from typing import Any

import orjson
import pytest

from resolvers.answering.requests import Outcome
from resolvers.planning.entities import MAX_REPRESENTATIONS
from tests.federation.subgraph import CARE, ENTITIES, PAYMENT, Subgraph, of_type, open_subgraph

# No server listens there.
NOWHERE = "postgresql://nobody@127.0.0.1:1/finance"
UNKNOWN = "00000000-0000-4000-8000-000000000000"
CUSTOMERS = "{ customers(first: 20, orderBy: {field: NUMBER}) { nodes { %s } } }"
FINANCE = "id finance { balance { amount currency } invoices(first: 3) { totalCount nodes { id number state } } }"
INVOICE = "id number total { amount currency } lines { position description } customer { id }"


def on(type_: str, selection: str) -> str:
    return f"... on {type_} {{ {selection} }}"


async def customers(whole: Subgraph, selection: str = "id") -> list[Any]:
    found = (await whole.ask(CUSTOMERS % selection, PAYMENT))["data"]["customers"]["nodes"]
    assert len(found) == 20
    return list(found)


async def invoices(whole: Subgraph) -> list[Any]:
    selection = f"finance {{ invoices(first: 3) {{ nodes {{ {INVOICE} }} }} }}"
    return [each for one in await customers(whole, selection) for each in one["finance"]["invoices"]["nodes"]]


async def test_customers_are_as_the_whole_graph_shows_them(whole: Subgraph, finance: Subgraph) -> None:
    wanted = await customers(whole, FINANCE)
    of = of_type("Customer", *(each["id"] for each in wanted))
    found = await finance.entities(on("Customer", FINANCE), of, PAYMENT)
    assert [{**each, "__typename": "Customer"} for each in wanted] == found


async def test_objects_are_as_the_whole_graph_shows_them(whole: Subgraph, finance: Subgraph) -> None:
    wanted = await invoices(whole)
    assert len(wanted) > 20
    of = of_type("Invoice", *(each["id"] for each in wanted))
    found = await finance.entities(on("Invoice", INVOICE), of, PAYMENT)
    assert [{**each, "__typename": "Invoice"} for each in wanted] == found


async def test_as_many_come_back_in_the_order_asked_for(whole: Subgraph, finance: Subgraph) -> None:
    first, second, *_ = (each["id"] for each in await invoices(whole))
    known = (await customers(whole))[0]["id"]
    invoice = f"Invoice_{known}_{UNKNOWN}"
    foreign = f"Invoice_{UNKNOWN}_{second.rpartition('_')[2]}"
    of = [
        *of_type("Invoice", second, invoice, first, second, foreign, "", "Payment_1_2", first.replace("_", "-")),
        *of_type("Customer", UNKNOWN, known, known, "'; --", first),
    ]
    found = await finance.entities("... on Invoice { id } ... on Customer { id }", of, PAYMENT)
    ids = [second, None, first, second, None, None, None, None, None, known, known, None, None]
    assert [each and each["id"] for each in found] == ids


async def test_two_statements_whatever_the_number(whole: Subgraph, finance: Subgraph) -> None:
    known = [each["id"] for each in await customers(whole)]
    counts = {}
    for number in (1, 20):
        await finance.entities(on("Customer", FINANCE), of_type("Customer", *known[:number]), PAYMENT)
        counts[number] = dict(finance.databases.statements)
    apart = len(set(finance.databases.homes.values())) == 2
    assert counts[1] == counts[20] == ({"core": 1, "finance": 1} if apart else {"finance": 1})


async def test_all_types_of_a_list_are_fetched_at_once(whole: Subgraph, finance: Subgraph) -> None:
    bills, known = await invoices(whole), await customers(whole)
    of = [*of_type("Invoice", *(each["id"] for each in bills)), *of_type("Customer", *(each["id"] for each in known))]
    selection = "... on Invoice { number customer { finance { overdue { amount } } } } ... on Customer { id }"
    found = await finance.entities(selection, of, PAYMENT)
    assert [each["__typename"] for each in found] == ["Invoice"] * len(bills) + ["Customer"] * len(known)
    assert [each["number"] for each in found[: len(bills)]] == [each["number"] for each in bills]
    assert [each["id"] for each in found[len(bills) :]] == [each["id"] for each in known]
    assert finance.databases.statements == one_for_each_database(finance)


def one_for_each_database(subgraph: Subgraph) -> dict[str, int]:
    apart = len(set(subgraph.databases.homes.values())) == 2
    return {"core": 1, "finance": 1} if apart else {"finance": 1}


ALIASES = """query($a: [_Any!]!, $b: [_Any!]!) {
  _v0: _entities(representations: $a) {
    __typename
    ... on Customer { id finance { balance { amount } } }
    ... on Invoice { number customer { id finance { overdue { amount } } } }
  }
  _v1: _entities(representations: $b) { ... on Customer { id finance { invoices(first: 2) { nodes { number } } } } }
  _v2: _entities(representations: $b) { ... on Invoice { lines { description } } __typename }
}"""


async def test_aliases_are_answered_together_as_each_by_itself(whole: Subgraph, finance: Subgraph) -> None:
    known, bills = [each["id"] for each in await customers(whole)], [each["id"] for each in await invoices(whole)]
    a = [*of_type("Invoice", *bills[:5], UNKNOWN), *of_type("Customer", *known[:7])]
    b = [*of_type("Customer", *known[5:9], UNKNOWN, known[5]), *of_type("Invoice", *bills[3:8])]
    found = (await finance.ask(ALIASES, PAYMENT, a=a, b=b))["data"]
    assert finance.databases.statements == one_for_each_database(finance)
    for alias in ("_v0", "_v1", "_v2"):
        others = [f"  {each}:" for each in ("_v0", "_v1", "_v2") if each != alias]
        document = _without(ALIASES, others)
        alone = (await finance.ask(document, PAYMENT, a=a, b=b))["data"]
        assert orjson.dumps(found[alias]) == orjson.dumps(alone[alias])
    assert found["_v0"][0]["customer"]["finance"]
    assert found["_v0"][5] is None
    assert found["_v1"][4] is None
    assert found["_v1"][0] == found["_v1"][5] != found["_v1"][1]
    assert found["_v2"][0] == {"__typename": "Customer"}
    assert found["_v2"][6]["lines"]


def _without(document: str, starts: list[str]) -> str:
    """The document with these root fields skipped."""
    for start in starts:
        place = document.index("{", document.index(start))
        document = f"{document[:place]}@skip(if: true) {document[place:]}"
    return document


async def test_a_department_that_is_down_is_told_of_each_alias(whole: Subgraph, addresses_of: dict[str, str]) -> None:
    known, bills = [each["id"] for each in await customers(whole)], [each["id"] for each in await invoices(whole)]
    a, b = of_type("Customer", *known[:2]), of_type("Invoice", bills[0], UNKNOWN)
    async with open_subgraph({**addresses_of, "finance": NOWHERE}, "finance") as finance:
        found = await finance.ask(ALIASES, PAYMENT, a=a, b=b)
    assert found["data"] == {
        "_v0": [{"__typename": "Customer", "id": each, "finance": None} for each in known[:2]],
        "_v1": [None, None],
        "_v2": [None, None],
    }
    paths = [["_v0", 0, "finance"], ["_v0", 1, "finance"], ["_v1", 0], ["_v2", 0]]
    assert [(each["path"], each["extensions"]["department"]) for each in found["errors"]] == [
        (path, "finance") for path in paths
    ]


async def test_a_plan_for_one_type_never_answers_another(whole: Subgraph, finance: Subgraph) -> None:
    bill, known = (await invoices(whole))[0]["id"], (await customers(whole))[0]["id"]
    document = "query($one: _Any!) { _entities(representations: [$one]) { __typename } }"
    for type_, id_ in (("Customer", known), ("Invoice", bill), ("Customer", known)):
        found = await finance.ask(document, PAYMENT, one={"__typename": type_, "id": id_})
        assert found["data"]["_entities"] == [{"__typename": type_}]


async def test_the_requests_variables_are_left_as_they_are(whole: Subgraph, finance: Subgraph) -> None:
    of = of_type("Customer", (await customers(whole))[0]["id"])
    before = orjson.dumps(of)
    await finance.entities("... on Customer { id }", of, PAYMENT)
    assert orjson.dumps(of) == before


async def test_what_is_withheld_is_null_and_named(whole: Subgraph, finance: Subgraph) -> None:
    of = of_type("Customer", (await customers(whole))[0]["id"])
    found = await finance.ask(ENTITIES % on("Customer", FINANCE), CARE, of=of)
    assert found["data"]["_entities"][0]["finance"]["invoices"] is None
    (withheld,) = found["extensions"]["privacy"]["withheld"]
    assert (withheld["coordinate"], withheld["path"]) == ("Finance.invoices", ["_entities", "finance", "invoices"])


async def test_an_object_that_may_not_be_known_of_is_null(whole: Subgraph, finance: Subgraph) -> None:
    of = of_type("Invoice", (await invoices(whole))[0]["id"])
    assert await finance.entities("... on Invoice { id }", of, CARE) == [None]
    assert not finance.databases.statements


async def test_without_a_purpose_nobody_is_there(whole: Subgraph, finance: Subgraph) -> None:
    of = of_type("Customer", (await customers(whole))[0]["id"])
    assert await finance.entities("... on Customer { id }", of, ("finance_clerk", None)) == [None]
    assert not finance.databases.statements


async def test_the_record_names_all_whom_it_is_about(whole: Subgraph, finance: Subgraph) -> None:
    known = {each["id"] for each in await customers(whole)}
    await finance.entities(on("Customer", FINANCE), of_type("Customer", *known, UNKNOWN), PAYMENT)
    (record,) = finance.log.records
    assert {str(each) for each in record.subjects} == known
    assert "Finance.balance" in {each[0] for each in record.disclosure.coordinates}


async def test_core_leads_to_the_objects_of_others(whole: Subgraph, core: Subgraph) -> None:
    bill = (await invoices(whole))[0]["id"]
    document = "query($id: ID!) { node(id: $id) { __typename id } }"
    assert (await core.ask(document, PAYMENT, id=bill))["data"]["node"] == {"__typename": "Invoice", "id": bill}
    assert dict(core.databases.statements) == {"core": 1}
    for id_, role in ((bill, CARE), (f"Invoice_{UNKNOWN}_{UNKNOWN}", PAYMENT), ("Invoice_1_2", PAYMENT)):
        assert (await core.ask(document, role, id=id_))["data"]["node"] is None


async def test_core_leads_to_objects_of_every_type(core: Subgraph) -> None:
    """Those too that stand in no list but another department's, as a ticket's messages do."""
    document = "query($id: ID!) { node(id: $id) { __typename } }"
    nodes = sorted(core.graph._contract.nodes - {"Customer"})
    assert {"Message", "Invoice"} < set(nodes)
    for type_ in nodes:
        assert (await core.ask(document, CARE, id=f"{type_}_{UNKNOWN}_{UNKNOWN}"))["data"] == {"node": None}


async def test_several_references_of_an_operation_are_one_statement(whole: Subgraph, core: Subgraph) -> None:
    first, second, *_ = (each["id"] for each in await invoices(whole))
    known = (await customers(whole))[0]["id"]
    document = """query($a: ID!, $b: ID!, $c: ID!) {
      a: node(id: $a) { id } b: node(id: $b) { __typename id } c: node(id: $c) { id }
    }"""
    found = await core.ask(document, PAYMENT, a=first, b=second, c=f"Payment_{known}_{UNKNOWN}")
    assert found["data"]["a"] == {"id": first}
    assert found["data"]["b"] == {"__typename": "Invoice", "id": second}
    assert dict(core.databases.statements) == {"core": 1}


async def test_the_roots_of_a_department_answer_as_in_the_whole_graph(whole: Subgraph, finance: Subgraph) -> None:
    number = (await invoices(whole))[0]["number"]
    more = "customer { finance { overdue { amount } } }"
    document = f"query($n: String!) {{ invoice(number: $n) {{ {INVOICE} {more} }} }}"
    wanted = (await whole.ask(document, PAYMENT, n=number))["data"]
    assert (await finance.ask(document, PAYMENT, n=number))["data"] == wanted
    apart = len(set(finance.databases.homes.values())) == 2
    assert dict(finance.databases.statements) == ({"core": 1, "finance": 2} if apart else {"finance": 1})


async def test_a_department_reads_nothing_of_core_but_the_view(whole: Subgraph, finance: Subgraph) -> None:
    bill = (await invoices(whole))[0]
    for document, variables in (
        (ENTITIES % on("Customer", FINANCE), {"of": of_type("Customer", bill["customer"]["id"])}),
        (ENTITIES % on("Invoice", INVOICE), {"of": of_type("Invoice", bill["id"])}),
        (f"query($n: String!) {{ invoice(number: $n) {{ {INVOICE} }} }}", {"n": bill["number"]}),
    ):
        await finance.answer(document, PAYMENT, **variables)
        text = " ".join(finance.databases.sql)
        assert text.count("core.") == text.count("core.customer_privacy") > 0


@pytest.mark.parametrize(
    "bad",
    [
        {"__typename": "Ticket", "id": "1"},
        {"__typename": "Nothing", "id": "1"},
        {"__typename": "Customer"},
        {"id": UNKNOWN},
        {"__typename": "Customer", "id": 7},
        {"__typename": "Customer", "id": UNKNOWN, "number": "C1"},
        {"__typename": ["Customer"], "id": UNKNOWN},
        {},
        "Customer",
        7,
        [],
    ],
)
async def test_what_is_no_representation_is_refused_without_repeating_it(finance: Subgraph, bad: Any) -> None:
    good = of_type("Customer", UNKNOWN)
    answer = await finance.answer(ENTITIES % "", PAYMENT, of=[*good, bad])
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, "BAD_REPRESENTATION")
    assert b"Representation 1 " in answer.body
    assert b"Ticket" not in answer.body
    assert not finance.databases.statements
    assert (await finance.answer(ENTITIES % "", PAYMENT, of=good)).outcome is Outcome.OK


async def test_a_thousand_are_answered_and_no_more(finance: Subgraph) -> None:
    most = of_type("Customer", *(f"00000000-0000-4000-8000-{number:012}" for number in range(MAX_REPRESENTATIONS)))
    assert await finance.entities("", most, PAYMENT) == [None] * MAX_REPRESENTATIONS
    for of in ([*most, most[0]], most * 10):
        answer = await finance.answer(ENTITIES % "", PAYMENT, of=of)
        assert (answer.outcome, answer.code) == (Outcome.REFUSED, "BAD_REPRESENTATION")
    document = "query($a: [_Any!]!) { a: _entities(representations: $a) { __typename } %s }"
    both = document % "b: _entities(representations: $a) { __typename }"
    assert (await finance.answer(both, PAYMENT, a=most[:501])).outcome is Outcome.REFUSED
    assert (await finance.answer(both, PAYMENT, a=most[:500])).outcome is Outcome.OK


async def test_none_are_none(finance: Subgraph) -> None:
    assert await finance.entities("", [], PAYMENT) == []
    assert not finance.databases.statements


async def test_the_sdl_is_told_to_gateways(finance: Subgraph) -> None:
    found = await finance.ask("{ _service { sdl } __schema { queryType { name } } }")
    assert "extend schema @link" in found["data"]["_service"]["sdl"]
    assert found["data"]["__schema"]["queryType"]["name"] == "Query"

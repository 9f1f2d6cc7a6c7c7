import asyncio
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from auth.departments import DEPARTMENTS
from deploy.processes import node
from server.settings.environment import load
from tests.federation.stack import Stack, http_client
from tests.federation.subgraph import CARE, ORDER, PAYMENT, Role

CARD = (Path(__file__).parents[3] / "server" / "graphiql" / "screen_pop.graphql").read_text()
RIGHTS, CAMPAIGN = ("privacy_officer", "rights"), ("marketing_campaigner", "direct_marketing")
ROLES = (CARE, PAYMENT, ORDER, RIGHTS, CAMPAIGN)
PAGE = """{
  customers(first: 50, orderBy: {field: NUMBER}) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes {
      id number displayName status party { displayName ... on Individual { givenName } } phoneNumbers { number }
      finance { balance { amount currency } overdue { amount } invoices(first: 2) { totalCount nodes { number } } }
      sales { orders(first: 3) { nodes { id number state } } recommendations { product { name } } }
      service { openTicketCount tickets(first: 2) { nodes { number subject } } }
      marketing { segments { name } loyalty { tier points } }
    }
  }
}"""
THERE_AND_BACK = """{ customers(first: 5) { nodes {
  sales { orders(first: 2) { nodes { number customer { displayName finance { balance { amount } } } } } }
} } }"""


async def unshared_numbers(stack: Stack) -> list[str]:
    """Phone numbers that find a customer; one that several customers share is AMBIGUOUS and finds none."""
    page = "{ customers(first: 20) { nodes { phoneNumbers { number } } } }"
    found = (await stack.ask("whole", page, CARE))["data"]["customers"]["nodes"]
    numbers = [phone["number"] for each in found for phone in each["phoneNumbers"] or ()]
    by_phone = "query ($phone: PhoneNumber!) { customer(by: {phone: $phone}) { id } }"
    return [each for each in numbers if (await stack.ask("whole", by_phone, CARE, phone=each))["data"]["customer"]]


@pytest.fixture(scope="module")
async def numbers(stack: Stack) -> list[str]:
    """Phone numbers that lead to one customer each."""
    return (await unshared_numbers(stack))[:10]


async def same(stack: Stack, document: str, role: Role, **variables: Any) -> Any:
    """The data that gateway and whole graph both give, in the same order."""
    whole = await stack.ask("whole", document, role, **variables)
    gateway = await stack.ask("gateway", document, role, **variables)
    assert orjson.dumps(gateway["data"]) == orjson.dumps(whole["data"])
    assert "errors" not in gateway
    return whole["data"]


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role[0])
async def test_the_screen_pop_is_the_whole_graphs(stack: Stack, numbers: list[str], role: Role) -> None:
    found = [(await same(stack, CARD, role, phone=number))["customer"] for number in numbers]
    assert any(found)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role[0])
async def test_a_page_of_fifty_customers_is_the_whole_graphs(stack: Stack, role: Role) -> None:
    assert len((await same(stack, PAGE, role))["customers"]["nodes"]) == 50


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role[0])
async def test_there_and_back_again(stack: Stack, role: Role) -> None:
    await same(stack, THERE_AND_BACK, role)


async def test_objects_are_found_by_number_and_by_id(stack: Stack) -> None:
    page = "{ customers(first: 20) { nodes { finance { invoices(first: 1) { nodes { id number } } } } } }"
    found = (await stack.ask("whole", page, PAYMENT))["data"]["customers"]["nodes"]
    bills = [bill for each in found for bill in each["finance"]["invoices"]["nodes"]]
    assert bills
    by_id = "query($id: ID!) { node(id: $id) { __typename id ... on Invoice { number customer { displayName } } } }"
    by_number = "query($n: String!) { invoice(number: $n) { id total { amount } customer { displayName country } } }"
    for bill in bills[:3]:
        assert (await same(stack, by_id, PAYMENT, id=bill["id"]))["node"]["number"] == bill["number"]
        assert (await same(stack, by_number, PAYMENT, n=bill["number"]))["invoice"]["customer"]["displayName"]
        assert (await same(stack, by_id, CARE, id=bill["id"]))["node"] is None


NODES = {
    "what the client asks of it": "... on Invoice { number total { amount } }",
    "its id alone": "id",
    "its type alone": "__typename",
    "another type's fields": "... on Order { number }",
}


@pytest.mark.parametrize("selection", NODES.values(), ids=NODES)
async def test_a_node_that_is_not_there_is_null(stack: Stack, selection: str) -> None:
    bill = await an_invoice(stack)
    _, customer, row = bill.split("_")
    unknown = "00000000-0000-4000-8000-000000000000"
    ids = [
        f"Invoice_{customer}_{unknown}",
        f"Invoice_{unknown}_{row}",
        f"Order_{customer}_{row}",
        "Invoice_1_2",
        "no id",
    ]
    by_variable = f"query($id: ID!) {{ node(id: $id) {{ {selection} }} }}"
    for id_ in ids:
        assert await same(stack, by_variable, PAYMENT, id=id_) == {"node": None}
        assert await same(stack, f'{{ node(id: "{id_}") {{ {selection} }} }}', PAYMENT) == {"node": None}
    assert (await same(stack, by_variable, PAYMENT, id=bill))["node"] is not None
    assert (await same(stack, by_variable, CARE, id=bill))["node"] is None


async def test_of_several_nodes_each_is_there_or_not(stack: Stack) -> None:
    bill = await an_invoice(stack)
    gone = f"{bill.rpartition('_')[0]}_00000000-0000-4000-8000-000000000000"
    document = """query($a: ID!, $b: ID!, $c: ID!) { ...Both c: node(id: $c) { id ... on Customer { number } } }
      fragment Both on Query {
        a: node(id: $a) { __typename id }
        b: node(id: $b) { __typename ... on Invoice { number } }
      }"""
    customer = bill.split("_")[1]
    found = await same(stack, document, PAYMENT, a=bill, b=gone, c=customer)
    assert found["a"] == {"__typename": "Invoice", "id": bill}
    assert found["b"] is None
    assert found["c"]["id"] == customer
    found = await same(stack, document, PAYMENT, a=gone, b=bill, c=bill)
    assert (found["a"], found["c"]) == (None, {"id": bill})


async def an_invoice(stack: Stack) -> str:
    page = "{ customers(first: 20) { nodes { finance { invoices(first: 1) { nodes { id } } } } } }"
    found = (await stack.ask("whole", page, PAYMENT))["data"]["customers"]["nodes"]
    id_: str = next(bill["id"] for each in found for bill in each["finance"]["invoices"]["nodes"])
    return id_


# The departments that the role may see. Other databases get no statement.
TELLING: dict[Role, set[str]] = {
    CARE: {"finance", "sales", "service", "marketing"},
    PAYMENT: {"finance", "sales"},
    CAMPAIGN: {"marketing"},
}


@pytest.mark.parametrize("role", TELLING, ids=lambda role: role[0])
@pytest.mark.parametrize("document", [CARD, PAGE], ids=["card", "page"])
async def test_requests_to_each_subgraph_and_statements_of_each_department_are_exact(
    stack: Stack, numbers: list[str], document: str, role: Role
) -> None:
    variables = {"phone": await shown_to(stack, role, numbers)} if document is CARD else {}
    await stack.counts()
    await stack.ask("gateway", document, role, **variables)
    counts = await stack.counts()
    asked = {name: len(counts[name]["requests"]) for name in DEPARTMENTS}
    ran = {name: sorted(counts[name]["statements"].values()) for name in DEPARTMENTS}
    what = "card" if document is CARD else "page"
    for name in DEPARTMENTS:
        print(f"{role[0]:22}{what:6}{name:10} requests {asked[name]}  statements {ran[name]}")  # noqa: T201
    assert asked == dict.fromkeys(DEPARTMENTS, 1)
    # Core's for the flags, and its own. The card selects the ids of departments, which every role may see.
    telling = TELLING[CARE] if document is CARD else TELLING[role]
    assert ran == {name: [1, 1] if name in telling else [1] for name in DEPARTMENTS}


async def shown_to(stack: Stack, role: Role, numbers: list[str]) -> str:
    """A phone number with a customer that this role may find."""
    found = [(await stack.ask("whole", CARD, role, phone=number))["data"]["customer"] for number in numbers]
    return next(number for number, customer in zip(numbers, found, strict=True) if customer)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role[0])
async def test_what_is_withheld_is_named_as_in_the_whole_graph(stack: Stack, numbers: list[str], role: Role) -> None:
    found, phone = {}, await shown_to(stack, role, numbers)
    for where in ("whole", "gateway"):
        privacy = (await stack.ask(where, CARD, role, phone=phone))["extensions"]["privacy"]
        withheld = {(each["coordinate"], each["effect"], each["rule"]) for each in privacy["withheld"]}
        found[where] = privacy["policy"], privacy["purpose"], withheld
    assert found["gateway"] == found["whole"]
    assert bool(found["whole"][2]) == (role not in (CARE, RIGHTS))


async def test_only_token_and_purpose_travel(stack: Stack, numbers: list[str]) -> None:
    await stack.counts()
    more = {"cookie": "a=b", "x-forwarded-for": "198.51.100.7", "x-secret": "1"}
    async with http_client() as client:
        body = {"query": CARD, "variables": {"phone": numbers[0]}}
        await client.post(stack.urls["gateway"], json=body, headers=stack.headers(CARE, **more))
    for counted in (await stack.counts()).values():
        (names,) = counted["requests"]
        assert {"authorization", "customer360-purpose"} <= set(names)
        assert not set(more) & set(names)


async def test_a_privacy_officer_tries_out_what_another_class_sees(stack: Stack, numbers: list[str]) -> None:
    tried = {"customer360-dry-run": "service_agent/care"}
    found = {}
    for where in ("whole", "gateway"):
        async with http_client() as client:
            body = {"query": CARD, "variables": {"phone": numbers[0]}}
            answer = await client.post(stack.urls[where], json=body, headers=stack.headers(RIGHTS, **tried))
        found[where] = orjson.loads(answer.content)
    assert found["gateway"]["data"] == found["whole"]["data"]
    assert found["whole"]["data"] == (await stack.ask("whole", CARD, CARE, phone=numbers[0]))["data"]


async def without_header(stack: Stack, phone: str, lost: str) -> Any:
    headers = {name: value for name, value in stack.headers(CARE).items() if name != lost}
    async with http_client() as client:
        body = {"query": CARD, "variables": {"phone": phone}}
        return orjson.loads((await client.post(stack.urls["gateway"], json=body, headers=headers)).content)


async def test_without_a_token_no_customer_is_found(stack: Stack, numbers: list[str]) -> None:
    found = await without_header(stack, numbers[0], "authorization")
    assert found["data"] == {"customer": None}
    assert [each["extensions"]["code"] for each in found["errors"]] == ["UNAUTHENTICATED"]


async def test_the_only_purpose_of_a_token_needs_no_header(stack: Stack, numbers: list[str]) -> None:
    found = await without_header(stack, numbers[0], "customer360-purpose")
    assert found["data"] == (await stack.ask("whole", CARD, CARE, phone=numbers[0]))["data"]


@pytest.mark.parametrize("name", DEPARTMENTS)
async def test_a_subgraph_tells_a_stranger_nothing(stack: Stack, name: str) -> None:
    for document in ("{ _service { sdl } }", "{ __schema { queryType { name } } }"):
        async with http_client() as client:
            answer = await client.post(stack.urls[name], json={"query": document})
        assert answer.status_code == 401
        assert b"sdl" not in answer.content


async def test_answers_are_never_shared_between_viewers_who_ask_at_once(stack: Stack, numbers: list[str]) -> None:
    wanted = {role: (await stack.ask("whole", CARD, role, phone=numbers[0]))["data"] for role in ROLES}
    assert len({orjson.dumps(each) for each in wanted.values()}) >= 4
    asked = [role for _ in range(6) for role in ROLES]
    found = await asyncio.gather(*(stack.ask("gateway", CARD, role, phone=numbers[0]) for role in asked))
    assert [each["data"] for each in found] == [wanted[role] for role in asked]


async def test_each_of_those_who_ask_the_same_at_once_is_answered_and_recorded(
    stack: Stack, numbers: list[str]
) -> None:
    await stack.ask("gateway", CARD, CARE, phone=numbers[0])
    await stack.counts()
    await asyncio.gather(*(stack.ask("gateway", CARD, CARE, phone=numbers[0]) for _ in range(8)))
    counts = await stack.counts()
    assert {name: len(counts[name]["requests"]) for name in DEPARTMENTS} == dict.fromkeys(DEPARTMENTS, 8)


async def test_a_filter_that_a_role_may_not_use_is_refused_as_in_the_whole_graph(stack: Stack) -> None:
    document = '{ customers(filter: {phone: "+46701740605"}) { nodes { id } } }'
    whole = await stack.ask("whole", document, PAYMENT)
    gateway = await stack.ask("gateway", document, PAYMENT)
    assert whole["errors"][0]["extensions"]["code"] == "USE_WITHHELD"
    assert gateway["errors"][0]["extensions"]["code"] == "USE_WITHHELD"
    assert not (gateway.get("data") or {}).get("customers")


def test_the_gateway_lets_go_of_a_connection_before_a_subgraph_does() -> None:
    """Both waited five seconds once: a request sent while its connection was being closed cost its department."""
    ask = "process.stdout.write(String(require('http').globalAgent.options.timeout))"
    kept = subprocess.run([node(), "-e", ask], check=True, capture_output=True, text=True)
    assert 0 < int(kept.stdout) < load({}).keep_alive_ms / 2

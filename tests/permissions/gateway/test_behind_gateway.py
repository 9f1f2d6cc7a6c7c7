"""The permissions of the whole graph, through a gateway over five subgraphs: nothing more, and nothing less."""

from collections.abc import AsyncIterator, Iterator
from itertools import islice
from random import Random
from typing import Any

import httpx2 as httpx
import orjson
import pytest

from auth.policy.reach import Reach, RowScope
from tests.federation.composers import need_node
from tests.federation.stack import running_stack
from tests.oracle.world import Row, World
from tests.permissions.gateway.behind_gateway import Behind
from tests.permissions.world.askers import CONTRACT, Asker, askers, strangers
from tests.permissions.world.matrix import Matrix
from tests.permissions.world.probes import LISTS, NODE, ONE, Probe, Probes
from tests.permissions.world.twins import Twin

CASES = 40
SUBJECT = "C-000005"
UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
async def behind(
    addresses_apart: dict[str, str], original_rows: World, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Behind]:
    need_node()
    async with httpx.AsyncClient(timeout=60) as client:
        with running_stack(addresses_apart, tmp_path_factory.mktemp("behind")) as stack:
            made = Behind(stack, addresses_apart, original_rows, client)
            await made.write(original_rows.tables)
            yield made


def customer(rows: World, **wanted: Any) -> Row:
    found = sorted(rows.tables["core.customer"], key=lambda row: str(row["number"]))
    return next(row for row in found if all(row[name] == value for name, value in wanted.items()))


@pytest.fixture(scope="module")
def restricted(original_rows: World) -> Row:
    return next(
        row
        for row in original_rows.tables["core.customer"]
        if row["flags"] & 64 and row["kind"] == "INDIVIDUAL" and row["status"] != "ERASED"
    )


@pytest.fixture(scope="module")
def agent(matrix: Matrix) -> Asker:
    return Asker(matrix, "service_agent", "care")


def everyone(matrix: Matrix, rows: World) -> list[Asker]:
    """The askers that a token can stand for; reach is limited by class."""
    found = askers(matrix, customer(rows, number=SUBJECT)["id"])
    return [each for each in found if each.scope.reach is not Reach.TERRITORY]


def suspects(matrix: Matrix, rows: World) -> list[Asker]:
    """Of every kind of reach and of protection."""
    return [
        Asker(matrix, "service_agent", "care"),
        Asker(matrix, "finance_clerk", "accounting"),
        Asker(matrix, "marketing_campaigner", "direct_marketing"),
        Asker(matrix, "partner_client", "partner", RowScope(Reach.LINKED, CONTRACT)),
        Asker(matrix, "data_subject", "rights", RowScope(Reach.SELF, str(customer(rows, number=SUBJECT)["id"]))),
    ]


# --- The matrix


async def test_each_class_sees_for_each_purpose_what_the_whole_graph_shows(
    behind: Behind, matrix: Matrix, restricted: Row
) -> None:
    known = customer(behind.rows, number=SUBJECT)
    shown = set()
    for asker in everyone(matrix, behind.rows):
        for row in (known, restricted):
            answer = await behind.same(asker, (ONE, {"by": {"id": str(row["id"])}}))
            shown.add(answer.data)
        await behind.same(asker, (LISTS[0], {"n": 100}))
    assert len(shown) > 15


async def test_whom_no_rule_names_and_who_names_no_purpose_sees_nobody(behind: Behind, matrix: Matrix) -> None:
    known = customer(behind.rows, number=SUBJECT)
    unnamed = [each for each in strangers(matrix) if matrix.classes[each.who].get("reach", "all") == "all"]
    for asker in unnamed[:: max(1, len(unnamed) // 12)]:
        answer = await behind.same(asker, (ONE, {"by": {"id": str(known["id"])}}))
        assert answer.data == b'{"customer":null}'
        answer = await behind.same(asker, ("{ customers(first: 9) { totalCount nodes { id } } }", {}))
        empty = None if asker.purpose is None else {"totalCount": 0, "nodes": []}
        assert orjson.loads(answer.data) == {"customers": empty}


# --- Non-interference


def _cases(one: World, other: World, seed: str) -> Iterator[Probe]:
    """Every kind of question, with values of both worlds."""
    return islice(Probes([one, other], Random(seed)), CASES)  # noqa: S311 - repeatable, not secret


@pytest.mark.parametrize("number", range(5), ids=["agent", "clerk", "campaigner", "partner", "subject"])
async def test_withheld_cells_and_rows_out_of_scope_change_nothing(behind: Behind, matrix: Matrix, number: int) -> None:
    asker = suspects(matrix, behind.rows)[number]
    officer = Asker(matrix, "privacy_officer", "rights")
    twin = Twin(behind.rows.tables, asker, Random(asker.name))  # noqa: S311 - repeatable, not secret
    made = twin.made()
    cases = list(_cases(behind.rows, World({**behind.rows.tables, **made}), asker.name))
    before = [await behind.same(asker, each) for each in cases]
    seen = [await behind.ask("gateway", officer, each) for each in cases]
    async with behind.instead(made):
        after = [await behind.ask("gateway", asker, each) for each in cases]
        other = [await behind.ask("gateway", officer, each) for each in cases]
    assert after == before
    # Were the twin no twin, or the questions empty, that would say nothing.
    assert sum(one != two for one, two in zip(seen, other, strict=True)) > CASES // 5
    assert twin.changed > 200


# --- Attacks


@pytest.mark.parametrize(
    "document",
    [
        '{ _entities(representations: [{__typename: "Customer", id: "%s"}]) { __typename } }',
        "query($of: [_Any!]!) { _entities(representations: $of) { __typename } }",
        "{ _service { sdl } }",
    ],
)
async def test_a_gateway_has_no_door_to_entities(behind: Behind, agent: Asker, document: str) -> None:
    """They are asked by subgraphs' keys, between gateway and subgraphs only."""
    id_ = str(customer(behind.rows, number=SUBJECT)["id"])
    variables = {"of": [{"__typename": "Customer", "id": id_}]} if "$of" in document else {}
    answer = await behind.ask("gateway", agent, (document.replace("%s", id_), variables))
    assert answer.codes == {"GRAPHQL_VALIDATION_FAILED"}
    assert answer.data == b"null"


async def test_guessed_ids_tell_no_more_than_made_up_ones(behind: Behind, matrix: Matrix) -> None:
    partner = suspects(matrix, behind.rows)[3]
    linked = {row["customer_id"] for row in behind.rows.tables["core.partner_link"] if row["contract"] == CONTRACT}
    foreign = [row["id"] for row in behind.rows.tables["core.customer"] if row["id"] not in linked][:3]
    wanted = await behind.same(partner, (NODE, {"id": UNKNOWN}))
    for each in foreign:
        assert await behind.same(partner, (NODE, {"id": str(each)})) == wanted
        assert (await behind.same(partner, (ONE, {"by": {"id": str(each)}}))).data == b'{"customer":null}'


async def test_aliases_and_fragments_show_no_more(behind: Behind, matrix: Matrix, restricted: Row) -> None:
    document = """
    query($by: CustomerBy!) {
      a: customer(by: $by) { ...Some x: finance { ...Bills } }
      b: customer(by: $by) { ...Some finance { y: invoices(first: 2) { totalCount } } ... on Customer { displayName } }
    }
    fragment Some on Customer { n: displayName m: displayName party { ... on Individual { givenName } } status }
    fragment Bills on Finance { balance { v: amount } z: balance { amount } invoices { nodes { number } } }
    """
    for asker in suspects(matrix, behind.rows):
        for row in (restricted, customer(behind.rows, number=SUBJECT)):
            await behind.same(asker, (document, {"by": {"id": str(row["id"])}}))


async def test_a_restricted_customer_shows_their_status_and_nothing_more(
    behind: Behind, agent: Asker, restricted: Row
) -> None:
    fields = "status displayName language phoneNumbers { number } finance { balance { amount } } sales { __typename }"
    document = f"query($by: CustomerBy!) {{ customer(by: $by) {{ {fields} }} }}"
    answer = await behind.same(agent, (document, {"by": {"id": str(restricted["id"])}}))
    found = orjson.loads(answer.data)["customer"]
    assert found["status"] == restricted["status"]
    assert (found["displayName"], found["language"], found["phoneNumbers"]) == (None, None, None)
    assert not (found["finance"] or {}).get("balance")


@pytest.mark.parametrize(
    ("who", "purpose", "document"),
    [
        ("auditor", "audit", '{ customers(filter: {nameStartsWith: "A"}) { totalCount } }'),
        ("auditor", "audit", '{ customers(filter: {phone: "+46701740605"}) { totalCount } }'),
        ("auditor", "audit", "{ customers(orderBy: {field: NAME}) { nodes { id } } }"),
        ("finance_clerk", "payment", '{ customers(filter: {email: "a@example.com"}) { totalCount } }'),
    ],
)
async def test_a_use_that_is_withheld_is_refused(
    behind: Behind, matrix: Matrix, who: str, purpose: str, document: str
) -> None:
    answer = await behind.same(Asker(matrix, who, purpose), (document, {}))
    assert answer.codes == {"USE_WITHHELD"}


async def test_a_forged_cursor_tells_nothing(behind: Behind, agent: Asker) -> None:
    document = "query($c: String) { customers(first: 5, after: $c) { totalCount nodes { id } } }"
    erased = customer(behind.rows, status="ERASED")["id"]
    answer = {await behind.same(agent, (document, {"c": str(each)})) for each in (erased, UNKNOWN, "x' OR 1=1")}
    (one,) = answer
    assert one.codes == {"BAD_CURSOR"}


async def test_a_withheld_list_is_not_counted(behind: Behind, matrix: Matrix) -> None:
    document = """query($by: CustomerBy!) { customer(by: $by) {
      service { tickets(statuses: [PENDING], kinds: [COMPLAINT]) { totalCount } }
      marketing { touchpoints { totalCount } } } }"""
    answer = await behind.same(
        Asker(matrix, "auditor", "audit"),
        (document, {"by": {"number": customer(behind.rows, number=SUBJECT)["number"]}}),
    )
    found = orjson.loads(answer.data)["customer"]
    assert found["service"] == {"tickets": None}
    assert found["marketing"] == {"touchpoints": None}

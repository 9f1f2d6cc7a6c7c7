"""A01 to A11, A27 to A29, A32, A33, A50, A51: a withheld field by another name, another way in, or its absence."""

import re

import orjson
import pytest

from schema.build import SDL_FILE
from tests.permissions.attacks.attacks import Field, is_over
from tests.permissions.world.askers import strangers
from tests.permissions.world.worlds import ask

BY = "query ($by: CustomerBy!) { customer(by: $by) { %s } }"


async def test_a01_alias_of_a_denied_field(arena: Field) -> None:
    agent, customer = await arena.agent(), arena.ordinary("finance.invoice")
    document = (
        BY % "status finance { openTicketCount: invoices { nodes { id: number } } balance: dunningNotices { level } }"
    )
    given = {"by": {"number": customer["number"]}}
    body = await agent.same(document, **given)
    assert orjson.loads(body)["data"]["customer"]["finance"] == {"openTicketCount": None, "balance": None}
    await agent.told_apart(document, **given)


async def test_a02_two_aliases_with_one_allowed_argument(arena: Field) -> None:
    """Two keys for one list with different arguments: neither opens the other's fields."""
    agent, customer = await arena.agent(), arena.ordinary("service.call")
    document = BY % (
        "service { one: calls(first: 1) { nodes { recordingReference } }"
        " two: calls(first: 50) { nodes { recordingReference callerNumber } } }"
    )
    given = {"by": {"number": customer["number"]}}
    service = orjson.loads(await agent.same(document, **given))["data"]["customer"]["service"]
    assert service["one"]["nodes"][0] == {"recordingReference": None}
    assert {each["recordingReference"] for each in service["two"]["nodes"]} == {None}
    await agent.told_apart(document, **given)


async def test_a03_inline_and_named_fragments_on_an_interface(arena: Field) -> None:
    """Of a restricted customer there is a party, and nothing in it, whichever type its name is asked of."""
    agent, customer = await arena.agent(), arena.restricted()
    document = (
        BY % "party { displayName ... on Party { a: displayName } ...F ... on Individual { b: displayName } }"
    ) + (" fragment F on Individual { c: displayName givenName familyName birthDate }")
    given = {"by": {"number": customer["number"]}}
    party = orjson.loads(await agent.same(document, **given))["data"]["customer"]["party"]
    assert set(party) == {"displayName", "a", "b", "c", "givenName", "familyName", "birthDate"}
    assert set(party.values()) == {None}
    await agent.told_apart(document, **given)


async def test_a04_union_of_withheld_reasons(arena: Field) -> None:
    auditor, customer = await arena.auditor(), arena.ordinary("sales.recommendation")
    document = BY % (
        "number sales { recommendations { reason { __typename ... on BoughtTogether { lift product { name } }"
        " ... on PopularInSegment { segment share } ... on Repurchase { intervalDays } } } }"
    )
    given = {"by": {"number": customer["number"]}}
    body = orjson.loads(await auditor.same(document, **given))
    assert body["data"]["customer"]["sales"] == {"recommendations": None}
    await auditor.told_apart(document, **given)


async def test_a05_a_fragment_used_in_two_places(arena: Field) -> None:
    """One fragment where its fields are allowed, and through an object's way back to the customer."""
    agent, customer = await arena.agent(), arena.ordinary("finance.credit")
    document = """
        query ($by: CustomerBy!) { customer(by: $by) {
            ...F sales { orders(first: 2) { nodes { customer { ...F
                sales { orders { nodes { customer { ...F } } } } } } } }
        } }
        fragment F on Customer { identifiers { value } finance { credit { rating { score } limit { amount } } } }"""
    given = {"by": {"number": customer["number"]}}
    body = await agent.same(document, **given)
    assert b'"score"' not in body
    await agent.told_apart(document, **given)


async def test_a06_typename_of_what_is_withheld(arena: Field) -> None:
    developer, customer = await arena.developer(), arena.ordinary()
    document = BY % "__typename party { __typename }"
    given = {"by": {"number": customer["number"]}}
    assert orjson.loads(await developer.same(document, **given))["data"] == {"customer": None}
    listed = orjson.loads(
        await developer.same("{ customers { __typename nodes { party { __typename } } totalCount } }")
    )
    assert listed["data"]["customers"] == {"__typename": "CustomerConnection", "nodes": [], "totalCount": 0}


async def test_a07_global_ids_of_other_rows_types_and_owners(arena: Field) -> None:
    partner, mine = await arena.partner(), arena.linked()
    stranger = arena.customer(lambda row: row["id"] not in mine, having="sales.sales_order")
    (order, *_) = arena.of("sales.sales_order", stranger)
    own = arena.customer(lambda row: row["id"] in mine and arena.flags(row) & 68 == 4, having="sales.sales_order")
    (theirs, *_) = arena.of("sales.sales_order", own)
    document = "query ($id: ID!) { node(id: $id) { id __typename ... on Order { number customer { displayName } } } }"
    for id_ in (
        str(stranger["id"]),
        f"Order_{stranger['id']}_{order['id']}",
        f"Order_{own['id']}_{order['id']}",
        f"Invoice_{own['id']}_{theirs['id']}",
        f"Ticket_{own['id']}_{theirs['id']}",
        f"Order_{own['id']}_{own['id']}",
    ):
        assert orjson.loads(await partner.same(document, id=id_))["data"] == {"node": None}, id_
    found = orjson.loads(await partner.same(document, id=f"Order_{own['id']}_{theirs['id']}"))["data"]["node"]
    assert found["number"] == theirs["number"]


async def test_a10_a_computed_field_over_a_denied_input(arena: Field) -> None:
    """Scores are derived from orders: a class without orders sees no score."""
    auditor, customer = await arena.auditor(), arena.ordinary("marketing.score")
    document = (
        BY % "marketing { scores { computedAt rfm { code } lifetimeValue { amount { amount } } } segments { name } }"
    )
    given = {"by": {"number": customer["number"]}}
    body = orjson.loads(await auditor.same(document, **given))
    assert body["data"]["customer"]["marketing"] == {"scores": None, "segments": None}
    await auditor.told_apart(document, **given)


async def test_a27_denied_absent_erased_and_made_up_look_alike(arena: Field) -> None:
    partner, mine = await arena.partner(), arena.linked()
    rows = arena.rows.tables["core.customer"]
    stranger = arena.customer(lambda row: row["id"] not in mine)
    withdrawn = arena.customer(lambda row: row["id"] in mine and not row["flags"] & 4)
    erased = next(row for row in rows if row["status"] == "ERASED")
    document = "query ($by: CustomerBy!) { customer(by: $by) { id displayName finance { balance { amount } } } }"
    bodies = {
        await partner.same(document, by={"number": number})
        for number in (stranger["number"], withdrawn["number"], erased["number"], "C-999999", "", "%", "C-00000_")
    }
    bodies |= {await partner.same(document, by={"id": str(each["id"])}) for each in (stranger, withdrawn, erased)}
    bodies.add(await partner.same(document, by={"id": "11111111-2222-4333-8444-555555555555"}))
    (body,) = bodies
    assert orjson.loads(body)["data"] == {"customer": None}


async def test_a27_a_row_past_its_retention_looks_like_none(arena: Field) -> None:
    agent = await arena.agent()
    for table, root in (("service.ticket", "ticket"), ("sales.sales_order", "order")):
        over = [row for row in arena.rows.tables[table] if is_over(row)]
        document = (
            f"query ($n: String!) {{ {root}(number: $n)"
            " { id customer { displayName sales { recommendations { kind } } marketing { segments { because } } } } }"
        )
        missing = await agent.same(document, n="NO-SUCH-NUMBER")
        assert {await agent.same(document, n=row["number"]) for row in over} == {missing}
        below = f"id ... on {root.capitalize()} {{ number customer {{ displayName }} }}"
        node = f"query ($id: ID!) {{ node(id: $id) {{ {below} }} }}"
        nothing = await agent.same(node, id=f"{root.capitalize()}_{over[0]['customer_id']}_{over[0]['customer_id']}")
        found = {await agent.same(node, id=f"{root.capitalize()}_{row['customer_id']}_{row['id']}") for row in over}
        assert found == {nothing}


async def test_a28_extensions_do_not_depend_on_hidden_rows(arena: Field) -> None:
    """`withheld` depends on the class alone: it is the same for a customer with much hidden as with nothing hidden."""
    clerk = await arena.clerk()
    document = BY % "displayName language emailAddresses { address } finance { credit { rating { score } } }"
    told = set()
    for customer in (arena.restricted(), arena.ordinary("finance.credit"), arena.customer()):
        body = orjson.loads(await clerk.same(document, by={"number": customer["number"]}))
        assert set(body["extensions"]) == {"privacy", "cost"}
        assert set(body["extensions"]["privacy"]) == {"policy", "purpose", "withheld"}
        # What it cost besides is counted in the answer itself, and so says what that says.
        told.add(orjson.dumps(body["extensions"]["privacy"]))
    assert len(told) == 1


async def test_a29_why_a_row_is_withheld_is_told_only_to_who_may_read_privacy(arena: Field) -> None:
    restricted = arena.restricted()
    document = BY % "number language phoneNumbers { number } finance { credit { rating { score } } }"
    given = {"by": {"number": restricted["number"]}}
    for who, purpose in (("finance_clerk", "payment"), ("service_agent", "care")):
        attack = await arena.against(arena.asker(who, purpose))
        body = orjson.loads(await attack.same(document, **given))
        assert "rows" not in body["extensions"]["privacy"]
        assert body["data"]["customer"]["language"] is None
    objects = arena.customer(lambda row: row["flags"] & 96 == 32)
    agent = await arena.agent()
    body = orjson.loads(await agent.same(BY % "sales { recommendations { kind } }", by={"number": objects["number"]}))
    (reason,) = body["extensions"]["privacy"]["rows"]
    assert reason["subject"] == str(objects["id"])
    assert {tuple(each["unmet"]) for each in reason["withheld"]} == {("no_objection",)}


async def test_a32_introspection_is_the_same_for_every_class(arena: Field) -> None:
    """Names are no secret, data are: a schema that changes with the viewer would break clients."""
    document = """{ __schema { types { name fields { name description args { name } } inputFields { name } } } }"""
    bodies = {
        orjson.dumps(orjson.loads((await ask(arena.home, document, asker.viewer)).body)["data"])
        for asker in strangers(arena.matrix)[::10]
    }
    assert len(bodies) == 1


@pytest.mark.parametrize(
    "document",
    [
        "{ customers { nodes { displayNam } } }",
        "{ custmer(by: {id: 1}) { id } }",
        '{ customers(filter: {nameStartsWit: "a"}) { totalCount } }',
        "{ customers(filtr: {}) { totalCount } }",
        "{ customer(by: {number: 1}) { ... on Custome { id } } }",
        "query ($x: Custome) { customers { totalCount } }",
        "{ customers(orderBy: {field: NAM}) { totalCount } }",
    ],
)
async def test_a33_suggestions_name_what_every_viewer_may_read_in_the_schema(document: str, arena: Field) -> None:
    """The schema is the same for every viewer, and so are suggestions. Without a token there is a 401 before them."""
    developer, agent = await arena.developer(), await arena.agent()
    body = await developer.same(document)
    assert body == await agent.same(document)
    (error, *_) = orjson.loads(body)["errors"]
    said = error["message"].partition("Did you mean")[2]
    assert set(re.findall(r"'(\w+)'", said)) <= set(re.findall(r"\w+", SDL_FILE.read_text()))


async def test_a50_null_does_not_bubble(arena: Field) -> None:
    """Every governed field is nullable: of a restricted customer the rest of the answer stands where it stood."""
    agent, restricted = await arena.agent(), arena.restricted()
    document = """{ customers(first: 100, orderBy: {field: NUMBER}) {
        nodes { number displayName party { displayName } privacy { isMinor } } } }"""
    nodes = orjson.loads(await agent.same(document))["data"]["customers"]["nodes"]
    (withheld,) = [each for each in nodes if each["number"] == restricted["number"]]
    assert withheld == {
        "number": restricted["number"],
        "displayName": None,
        "party": {"displayName": None},
        "privacy": None,
    }
    assert sum(each["displayName"] is not None for each in nodes) > 50


async def test_a51_no_holes_in_a_list(arena: Field) -> None:
    """Rows out of scope are absent: from the nodes, the pages' sizes and the count alike."""
    partner, mine = await arena.partner(), arena.linked()
    seen, cursor = [], None
    document = """query ($after: String) { customers(first: 5, after: $after) {
        totalCount nodes { id } pageInfo { hasNextPage endCursor } } }"""
    while True:
        page = orjson.loads(await partner.same(document, after=cursor))["data"]["customers"]
        seen += [each["id"] for each in page["nodes"]]
        assert len(page["nodes"]) == 5 or not page["pageInfo"]["hasNextPage"]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    expected = {
        str(row["id"])
        for row in arena.rows.tables["core.customer"]
        if row["id"] in mine and arena.flags(row) & 68 == 4 and row["status"] != "ERASED"
    }
    assert set(seen) == expected
    assert len(seen) == page["totalCount"] == len(expected)

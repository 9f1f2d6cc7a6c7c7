"""A12 to A22 and A26: a withheld value by filters, orders, cursors and counts."""

from itertools import pairwise

import orjson

from tests.permissions.attacks.attacks import Attack, Field
from tests.permissions.world.worlds import ask

LIST = """query ($f: CustomerFilter, $o: CustomerOrder) {
    customers(first: 100, filter: $f, orderBy: $o) { totalCount nodes { id } } }"""


async def _count_and_ids(attack: Attack, **given: object) -> tuple[int, set[str]]:
    page = orjson.loads(await attack.same(LIST, **given))["data"]["customers"]
    return page["totalCount"], {each["id"] for each in page["nodes"]}


async def test_a12_filter_for_equality(arena: Field) -> None:
    """A restricted customer is found by no contact point, language or name of theirs; a care agent finds the others."""
    agent, restricted, ordinary = await arena.agent(), arena.restricted(), arena.ordinary("core.contact_point")
    for customer, is_found in ((restricted, False), (ordinary, True)):
        for point in arena.of("core.contact_point", customer):
            if point["kind"] == "POSTAL":
                continue
            key = {"PHONE": "phone", "EMAIL": "email"}[point["kind"]]
            _, ids = await _count_and_ids(agent, f={key: point["value"]})
            assert (str(customer["id"]) in ids) is is_found
            one = orjson.loads(
                await agent.same("query ($by: CustomerBy!) { customer(by: $by) { id } }", by={key: point["value"]})
            )
            assert is_found or one["data"]["customer"] is None or one["data"]["customer"]["id"] != str(restricted["id"])


async def test_a13_bisection_by_a_range(arena: Field) -> None:
    """Sales may not know restricted customers: no range of days, however narrow, counts one of them."""
    attack = await arena.against(arena.asker("sales_rep", "order"))
    days = sorted({row["since"] for row in arena.rows.tables["core.customer"] if row["since"] is not None})
    known = {
        str(row["id"]): row["since"]
        for row in arena.rows.tables["core.customer"]
        if not row["flags"] & 64 and row["status"] != "ERASED"
    }
    for start, end in pairwise(days[:: max(1, len(days) // 17)]):
        count, ids = await _count_and_ids(attack, f={"sinceFrom": start.isoformat(), "sinceBefore": end.isoformat()})
        assert ids == {id_ for id_, since in known.items() if since is not None and start <= since < end}
        assert count == len(ids)


async def test_a14_prefixes_and_patterns(arena: Field) -> None:
    agent, restricted = await arena.agent(), arena.restricted()
    name = str(restricted["display_name"])
    for prefix in (name, name[:1], name[:3], "%", "_", f"{name[:2]}%", "\\", ""):
        _, ids = await _count_and_ids(agent, f={"nameStartsWith": prefix})
        assert str(restricted["id"]) not in ids
    _, ids = await _count_and_ids(agent, f={"nameStartsWith": "%"})
    assert ids == set()


async def test_a15_a_filter_in_a_nested_list(arena: Field) -> None:
    """A list's argument tells of the field it narrows by: who may not see tickets may not count the open ones."""
    document = (
        "query ($by: CustomerBy!) { customer(by: $by) {"
        " service { tickets(statuses: [PENDING], kinds: [COMPLAINT]) { totalCount } }"
        " finance { invoices(states: [SENT]) { totalCount } } } }"
    )
    auditor, agent = await arena.auditor(), await arena.agent()
    given = {"by": {"number": arena.ordinary("service.ticket")["number"]}}
    body = orjson.loads(await auditor.same(document, **given))["data"]["customer"]
    assert body["service"] == {"tickets": None}
    body = orjson.loads(await agent.same(document, **given))["data"]["customer"]
    assert body["finance"] == {"invoices": None}


async def test_a16_filters_together_tell_no_more_than_each(arena: Field) -> None:
    """All that is given must hold, and a withheld value meets no test: its opposite does not either."""
    agent, restricted = await arena.agent(), arena.restricted()
    for given in (
        {"kind": restricted["kind"], "nameStartsWith": str(restricted["display_name"])},
        {"statuses": [restricted["status"]], "language": restricted["language"] or "sv"},
        {"countries": ["SE", "FI", "NO", "DK", "DE", "NL", "FR", "GB", "US", "AT", "CH"]},
        {"language": "sv"},
    ):
        _, ids = await _count_and_ids(agent, f=given)
        assert str(restricted["id"]) not in ids
    _, ids = await _count_and_ids(agent, f={"kind": restricted["kind"]})
    assert str(restricted["id"]) in ids


async def test_a12_a_filter_that_the_class_may_not_use_is_refused(arena: Field) -> None:
    auditor, customer = await arena.auditor(), arena.ordinary("core.contact_point")
    points = {each["kind"]: each["value"] for each in arena.of("core.contact_point", customer)}
    for narrowing in (
        {"nameStartsWith": str(customer["display_name"])},
        {"phone": points["PHONE"]},
        {"email": points["EMAIL"]},
        {"language": customer["language"]},
        {"countries": [customer["country"]]},
    ):
        body = await auditor.refused(LIST, f=narrowing)
        assert orjson.loads(body)["errors"][0]["extensions"]["use"] == "filter"
        await auditor.told_apart(LIST, f=narrowing)


async def test_a17_paths_and_dots_are_texts(arena: Field) -> None:
    agent = await arena.agent()
    document = "query ($by: CustomerBy!) { customer(by: $by) { id } }"
    for text in ("webshop.login", "a'b", "x:y:z' OR '1'='1", "webshop:login:%", "{}", "$.value", "core.customer.flags"):
        for key in ("number", "identifier", "id"):
            assert orjson.loads(await agent.same(document, by={key: text}))["data"] == {"customer": None}


async def test_a18_unknown_fields_and_arguments_are_refused(arena: Field) -> None:
    agent = await arena.agent()
    for document in (
        "{ customers(filter: {flags: 64}) { totalCount } }",
        "{ customers(where: {}) { totalCount } }",
        "{ customers { nodes { flags } } }",
        "{ customers(orderBy: {field: FLAGS}) { totalCount } }",
        "{ customers { nodes { finance { invoices(orderBy: {}) { totalCount } } } } }",
    ):
        assert (
            orjson.loads(await agent.home(document))["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        )
    given = {"f": {"kind": "INDIVIDUAL", "flags": 64}}
    assert orjson.loads(await agent.home(LIST, **given))["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a19_sort_by_a_withheld_value(arena: Field) -> None:
    """Of customers whose name is withheld, none stands where the name would put them: they come last, by id."""
    agent = await arena.agent()
    for direction in ("ASC", "DESC"):
        body = await agent.same(LIST, o={"field": "NAME", "direction": direction})
        ids = [each["id"] for each in orjson.loads(body)["data"]["customers"]["nodes"]]
        hidden = {str(row["id"]) for row in arena.rows.tables["core.customer"] if row["flags"] & 64}
        tail = [id_ for id_ in ids if id_ in hidden]
        assert ids[-len(tail) :] == tail
        assert tail == sorted(tail, reverse=direction == "DESC")
        await agent.told_apart(LIST, o={"field": "NAME", "direction": direction})


async def test_a19_an_order_that_the_class_may_not_use_is_refused(arena: Field) -> None:
    auditor = await arena.auditor()
    body = await auditor.refused("{ customers(orderBy: {field: NAME}) { nodes { id } } }")
    assert orjson.loads(body)["errors"][0]["extensions"]["coordinate"] == "Customer.displayName"
    await auditor.same("{ customers(orderBy: {field: SINCE}) { nodes { id } } }")


async def test_a19_a_list_keeps_its_own_order_only_where_the_viewer_may_order_so(arena: Field) -> None:
    """Which address is the main one is withheld from accounting: the list does not put it first."""
    clerk = await arena.clerk()
    several = arena.customer(
        lambda row: len([each for each in arena.of("core.contact_point", row) if each["kind"] == "POSTAL"]) > 1
    )
    document = "query ($by: CustomerBy!) { customer(by: $by) { postalAddresses { street city isPrimary } } }"
    body = orjson.loads(await clerk.same(document, by={"number": several["number"]}))
    points = sorted(
        (each for each in arena.of("core.contact_point", several) if each["kind"] == "POSTAL"),
        key=lambda row: row["id"],
    )
    found = body["data"]["customer"]["postalAddresses"]
    assert [each["street"] for each in found] == [each["street"] for each in points]
    assert {each["isPrimary"] for each in found} == {None}


async def test_a20_a_cursor_holds_nothing(arena: Field) -> None:
    """A cursor is the row's random id, whatever the list is ordered by."""
    agent = await arena.agent()
    document = """query ($o: CustomerOrder) { customers(first: 100, orderBy: $o) {
        edges { cursor node { id } } pageInfo { startCursor endCursor } } }"""
    for field in ("NAME", "SINCE", "NUMBER"):
        body = orjson.loads(await agent.same(document, o={"field": field}))["data"]["customers"]
        assert [each["cursor"] for each in body["edges"]] == [each["node"]["id"] for each in body["edges"]]
        assert body["pageInfo"]["endCursor"] == body["edges"][-1]["cursor"]


async def test_a21_forged_and_foreign_cursors_fail_alike(arena: Field) -> None:
    """Hidden, erased, of another partner, of another list, made up: one and the same error."""
    partner, mine = await arena.partner(), arena.linked()
    rows = arena.rows.tables["core.customer"]
    foreign = [row["id"] for row in rows if row["id"] not in mine][:3]
    foreign += [row["id"] for row in rows if row["id"] in mine and not row["flags"] & 4][:3]
    foreign += [row["id"] for row in rows if row["status"] == "ERASED"][:1]
    foreign += [
        arena.rows.tables["sales.sales_order"][0]["id"],
        "11111111-2222-4333-8444-555555555555",
        "",
        "x' OR 1=1",
    ]
    for order in ("", ", orderBy: {field: NAME}", ", orderBy: {field: SINCE, direction: DESC}"):
        document = f"query ($c: String) {{ customers(first: 5, after: $c{order}) {{ totalCount nodes {{ id }} }} }}"
        bodies = {await partner.same(document, c=str(each)) for each in foreign}
        (body,) = bodies
        assert orjson.loads(body)["errors"][0]["extensions"]["code"] == "BAD_CURSOR"


async def test_a21_a_cursor_resumes_under_the_same_masks(arena: Field) -> None:
    """A restricted customer's place in the order of names reveals nothing of their name."""
    agent, restricted = await arena.agent(), arena.restricted()
    for way, cursor in (("first", "after"), ("last", "before")):
        for direction in ("ASC", "DESC"):
            document = (
                f"query ($c: String) {{ customers({way}: 100, {cursor}: $c,"
                f" orderBy: {{field: NAME, direction: {direction}}}) {{ nodes {{ id displayName }} }} }}"
            )
            nodes = orjson.loads(await agent.same(document, c=str(restricted["id"])))["data"]["customers"]["nodes"]
            assert all((each["displayName"] is None) or cursor == "before" for each in nodes)


async def test_a22_counts_and_pages(arena: Field) -> None:
    """Counts, further pages and their ends are those of the rows in scope."""
    for attack in (await arena.partner(), await arena.agent(), await arena.clerk(), await arena.auditor()):
        for size in ("first: 3", "last: 3", "first: 100"):
            info = "hasNextPage hasPreviousPage startCursor endCursor"
            await attack.same(f"{{ customers({size}) {{ totalCount pageInfo {{ {info} }} }} }}")
        await attack.same("{ customers { totalCount } }")
        await attack.told_apart("{ customers { totalCount nodes { displayName number language } } }")


async def test_a22_counts_of_withheld_lists(arena: Field) -> None:
    agent, customer = await arena.agent(), arena.ordinary("finance.invoice")
    document = (
        "query ($by: CustomerBy!) { customer(by: $by) { finance { invoices { totalCount pageInfo { hasNextPage } }"
        " payments { totalCount } } marketing { touchpoints { totalCount } } } }"
    )
    given = {"by": {"number": customer["number"]}}
    body = orjson.loads(await agent.same(document, **given))["data"]["customer"]
    assert body == {"finance": {"invoices": None, "payments": None}, "marketing": {"touchpoints": None}}
    # Of a single customer, the twin may happen to have as many rows.
    await agent.told_apart("{ customers(first: 100) { nodes { finance { invoices { totalCount } } } } }")


async def test_a25_two_cohorts_differ_by_nobody_hidden(arena: Field) -> None:
    """With a filter and without it: the difference is never a customer whom the filter may not look at."""
    agent = await arena.agent()
    everybody, ids = await _count_and_ids(agent)
    people, some = await _count_and_ids(agent, f={"kind": "INDIVIDUAL"})
    firms, others = await _count_and_ids(agent, f={"kind": "ORGANIZATION"})
    assert (everybody, ids) == (people + firms, some | others)
    spoken = 0
    for language in {row["language"] for row in arena.rows.tables["core.customer"]} - {None}:
        spoken += (await _count_and_ids(agent, f={"language": language}))[0]
    silent = [
        row
        for row in arena.rows.tables["core.customer"]
        if row["status"] != "ERASED" and (row["flags"] & 64 or row["language"] is None)
    ]
    assert everybody - spoken == len(silent)


async def test_a26_there_is_no_search_but_governed_prefixes(arena: Field) -> None:
    """No root takes free text; what a prefix finds is what the viewer could have read."""
    schema = orjson.loads((await ask(arena.home, "{ __schema { queryType { fields { name } } } }",
                                     (await arena.agent()).viewer)).body)  # fmt: skip
    names = {each["name"] for each in schema["data"]["__schema"]["queryType"]["fields"]}
    assert names - {"_entities", "_service"} == {
        "customer",
        "customers",
        "invoice",
        "order",
        "ticket",
        "node",
        "viewer",
    }

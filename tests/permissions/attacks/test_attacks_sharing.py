"""A08, A09, A34 to A41, A48, A49, A64 to A68: other entries, what requests share, and faults."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from random import Random

import orjson
import pytest

from auth.departments import DEPARTMENTS
from auth.policy.categories import Category
from auth.policy.grant import compile_grant
from auth.policy.reach import Reach, RowScope
from auth.policy.rules import Policy
from datasources.engine.running.databases import Databases
from resolvers.graph import Graph
from resolvers.planning.plans import PlanCache
from server.graphs import build_subgraph_graph
from tests.permissions.attacks.attacks import Attack, Copy, Field
from tests.permissions.world.probes import ONE
from tests.permissions.world.twins import Twin
from tests.permissions.world.worlds import Memory, Pair, ask, rewrite, run, served

BY = "query ($by: CustomerBy!) { customer(by: $by) { %s } }"
ENTITIES = "query ($r: [_Any!]!) { _entities(representations: $r) { __typename %s } }"


async def _subgraph(stack: AsyncExitStack, department: str, address: str, policy: Policy) -> Graph:
    databases = await stack.enter_async_context(Databases.open(dict.fromkeys(DEPARTMENTS, address), timeout_ms=60_000))
    return build_subgraph_graph(department, databases, policy, Memory(), 60_000)


async def test_a08_entities_by_a_guessed_key(arena: Field) -> None:
    """A gateway's way in sees what every other way in sees: nothing of rows out of scope, no withheld cell."""
    partner = await arena.partner()
    twin = Twin(arena.rows.tables, partner.asker, Random("entities")).made()  # noqa: S311 - repeatable, not secret
    addresses = [await arena.copy(), await arena.copy()]
    await rewrite(addresses[1], twin)
    orders = [
        {"__typename": "Order", "id": f"Order_{row['customer_id']}_{row['id']}"}
        for row in arena.rows.tables["sales.sales_order"][::3]
    ]
    everybody = [{"__typename": "Customer", "id": str(row["id"])} for row in arena.rows.tables["core.customer"]]
    customer = "... on Customer { id sales { orders { totalCount } quotes { totalCount } } }"
    document = ENTITIES % f"... on Order {{ number total {{ amount }} }} {customer}"
    async with AsyncExitStack() as stack:
        pair = Pair(*[await _subgraph(stack, "sales", each, arena.policy) for each in addresses])
        attack = Attack(partner.asker, pair, arena)
        body = orjson.loads(await attack.same(document, r=[*orders, *everybody]))
        found = body["data"]["_entities"]
        mine = arena.linked()
        rows = [row for row in arena.rows.tables["core.customer"] if row["id"] in mine and row["status"] != "ERASED"]
        known = {str(row["id"]) for row in rows if arena.flags(row) & 68 == 4}
        assert len(found) == len(orders) + len(everybody)
        assert {each["id"] for each in found[len(orders) :] if each is not None} == known
        assert {each["sales"]["quotes"] for each in found[len(orders) :] if each is not None} == {None}
        officer = arena.asker("privacy_officer", "rights")
        await pair.differ(document, officer.viewer, r=[*orders, *everybody])


async def test_a09_a_representation_is_a_key_and_never_data(arena: Field) -> None:
    agent, customer = await arena.agent(), arena.restricted()
    async with AsyncExitStack() as stack:
        graph = await _subgraph(stack, "core", await arena.copy(), arena.policy)
        document = ENTITIES % "... on Customer { id displayName }"
        key = {"__typename": "Customer", "id": str(customer["id"])}
        body = orjson.loads((await ask(graph, document, agent.viewer, r=[key])).body)
        assert body["data"]["_entities"][0]["displayName"] is None
        for more in (
            {"displayName": "Somebody"},
            {"flags": 0},
            {"__typename": "Query"},
            {"id": {"number": "C-000001"}},
        ):
            answer = await ask(graph, document, agent.viewer, r=[{**key, **more}])
            assert answer.outcome == "refused"
            assert b"Somebody" not in answer.body


async def test_a34_nothing_is_kept_between_requests_of_one_process(arena: Field) -> None:
    """Many viewers at once on one graph: each gets what they get alone."""
    given = {"by": {"number": arena.ordinary("finance.invoice")["number"]}}
    askers = [
        arena.asker(who, purpose)
        for who, purpose in arena.matrix.pairs()
        if who not in ("partner_client", "data_subject")
    ]
    alone = [(await ask(arena.home, ONE, each.viewer, **given)).body for each in askers]
    for _ in range(3):
        together = await asyncio.gather(*(ask(arena.home, ONE, each.viewer, **given) for each in askers))
        assert [each.body for each in together] == alone
    assert len(set(alone)) >= len(askers) - 4


async def test_a35_no_answer_is_kept(copy: Copy, policy: Policy, arena: Field) -> None:
    """A second asker with other rights, and the same one after the data changed, get their own answer."""
    address, customer = await copy(), arena.ordinary()
    async with served(address, policy) as graph:
        document = BY % "displayName"
        given = {"by": {"number": customer["number"]}}
        agent = arena.asker("service_agent", "care").viewer
        assert str(customer["display_name"]).encode() in (await ask(graph, document, agent, **given)).body
        await run(address, f"UPDATE core.customer SET display_name = 'Changed' WHERE number = '{customer['number']}'")  # noqa: S608
        assert b"Changed" in (await ask(graph, document, agent, **given)).body
        nobody = arena.asker("developer", "care").viewer
        assert b"Changed" not in (await ask(graph, document, nobody, **given)).body


async def test_a36_a_plan_is_kept_for_its_class_purpose_and_reach(arena: Field) -> None:
    """Answers are the same as on a graph without other askers, whichever asker comes first."""
    given = {"by": {"number": arena.ordinary("finance.invoice")["number"]}}
    asked = [
        arena.asker("privacy_officer", "rights"),
        arena.asker("service_agent", "care"),
        arena.asker("service_agent", "rights"),
        arena.asker("service_agent", None),
        arena.asker("sales_rep", "order"),
        arena.asker("sales_rep", "outreach"),
        arena.asker("sales_rep", "order", RowScope(Reach.TERRITORY, "NORTH")),
        arena.asker("sales_rep", "order", RowScope(Reach.TERRITORY, "SOUTH")),
        arena.asker("partner_client", "partner", RowScope(Reach.LINKED, "alpha")),
        arena.asker("partner_client", "partner", RowScope(Reach.LINKED, "beta")),
    ]
    fresh = {}
    for each in asked:
        arena.home.plans = PlanCache()
        fresh[each] = (await ask(arena.home, ONE, each.viewer, **given)).body
    for order in (asked, asked[::-1]):
        arena.home.plans = PlanCache()
        assert [(await ask(arena.home, ONE, each.viewer, **given)).body for each in order] == [
            fresh[each] for each in order
        ]


async def test_a36_a_plan_is_kept_for_the_structure_of_its_variables(arena: Field) -> None:
    auditor = await arena.auditor()
    document = "query ($f: CustomerFilter, $o: CustomerOrder) { customers(filter: $f, orderBy: $o) { totalCount } }"
    assert (await ask(arena.home, document, auditor.viewer, f={"kind": "INDIVIDUAL"})).outcome == "ok"
    assert (await ask(arena.home, document, auditor.viewer, f={"nameStartsWith": "A"})).code == "USE_WITHHELD"
    assert (await ask(arena.home, document, auditor.viewer, f={"nameStartsWith": None})).outcome == "ok"
    assert (await ask(arena.home, document, auditor.viewer, o={"field": "SINCE"})).outcome == "ok"
    assert (await ask(arena.home, document, auditor.viewer, o={"field": "NAME"})).code == "USE_WITHHELD"
    assert (await ask(arena.home, document, auditor.viewer, f={})).outcome == "ok"


async def test_a41_skip_and_include_by_variables(arena: Field) -> None:
    """Each branch is planned for itself: one that was left out before is governed when it is asked for."""
    auditor, customer = await arena.auditor(), arena.ordinary()
    document = (
        "query ($by: CustomerBy!, $a: Boolean!, $b: Boolean!) { customer(by: $by)"
        " { number language @include(if: $a) displayName @skip(if: $b) } }"
    )
    given = {"by": {"number": customer["number"]}}
    keys = {}
    for a in (False, True):
        for b in (False, True):
            found = orjson.loads(await auditor.same(document, a=a, b=b, **given))["data"]["customer"]
            keys[a, b] = set(found)
            assert found.get("language") is None
            assert found.get("displayName") in (None, f"{str(customer['display_name'])[0]}.")
    assert keys == {
        (False, False): {"number", "displayName"},
        (False, True): {"number"},
        (True, False): {"number", "language", "displayName"},
        (True, True): {"number", "language"},
    }


async def test_a49_aliases_are_each_on_record(arena: Field, copy: Copy, policy: Policy) -> None:
    """Fifty lookups in one request are fifty subjects on record, however they are called."""
    rows = [row for row in arena.rows.tables["core.customer"] if row["status"] != "ERASED"][:50]
    fields = " ".join(f'a{n}: customer(by: {{number: "{row["number"]}"}}) {{ number }}' for n, row in enumerate(rows))
    log = Memory()
    async with served(await copy(), policy, log=log) as graph:
        await ask(graph, f"{{ {fields} }}", arena.asker("service_agent", "care").viewer)
    (record,) = log.records
    assert {str(each) for each in record.subjects} == {str(row["id"]) for row in rows}


async def test_a64_a_field_without_a_category_is_withheld_whatever_the_policy_says(arena: Field) -> None:
    """A name that comes back in another release inherits nothing: no category, no plan."""
    grant = compile_grant(arena.policy, "privacy_officer", "rights")
    unknown = replace(grant, effects={})
    assert not any(unknown.effect(category).shows for category in Category if category.is_personal)
    contract = arena.home._contract
    named = {f"{type_}.{field}" for type_, each in contract.schema.type_map.items() if not type_.startswith("__")
             for field in getattr(each, "fields", {}) if type_ not in _inputs(arena)}  # fmt: skip
    assert named - set(contract.categories) == set()


def _inputs(arena: Field) -> set[str]:
    schema = arena.home._contract.schema
    return {name for name, each in schema.type_map.items() if type(each).__name__.endswith("InputObjectType")}


async def test_a65_an_unknown_directive_is_refused(arena: Field) -> None:
    developer = await arena.developer()
    for directive in ("@unmask", "@data(category: structure)", "@public", "@defer"):
        body = orjson.loads(await developer.home(f"{{ customers {{ nodes {{ displayName {directive} }} }} }}"))
        assert body["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize(
    "scope",
    [
        RowScope(Reach.LINKED, None),
        RowScope(Reach.LINKED, ""),
        RowScope(Reach.TERRITORY, None),
        RowScope(Reach.SELF, ""),
        RowScope(Reach.SELF, "C-000001"),
    ],
)
async def test_a66_a_reach_without_a_measure_reaches_nobody(scope: RowScope, arena: Field) -> None:
    asker = arena.asker("privacy_officer", "rights", scope)
    body = orjson.loads((await ask(arena.home, "{ customers { totalCount nodes { id } } }", asker.viewer)).body)
    assert body["data"] == {"customers": {"totalCount": 0, "nodes": []}}


async def test_a68_flags_that_do_not_exist_yet_are_no_consent(copy: Copy, policy: Policy, arena: Field) -> None:
    """A customer without ledger entries, and one with unknown bits: no consent, no exception."""
    address = await copy()
    mine = arena.linked()
    customer = arena.customer(lambda row: row["id"] in mine and arena.flags(row) & 68 == 4)
    replica = "SET session_replication_role = replica"
    document = BY % "id displayName"
    partner = arena.asker("partner_client", "partner", RowScope(Reach.LINKED, "alpha")).viewer
    given = {"by": {"number": customer["number"]}}
    async with served(address, policy) as graph:
        for flags, is_known in ((4, True), (0, False), (4 + 64, False), (2**20 + 4, True), (2**20, False), (-1, False)):
            change = f"UPDATE core.customer SET flags = {flags} WHERE number = '{customer['number']}'"  # noqa: S608
            await run(address, f"{replica}; {change}")
            body = orjson.loads((await ask(graph, document, partner, **given)).body)
            assert (body["data"]["customer"] is not None) is is_known, flags


async def test_a68_without_core_nothing_personal_is_shown(copy: Copy, policy: Policy, arena: Field) -> None:
    address = await copy()
    agent = arena.asker("service_agent", "care").viewer
    given = {"by": {"number": arena.ordinary()["number"]}}
    async with served(address, policy) as graph:
        await run(address, "ALTER TABLE core.customer RENAME COLUMN flags TO flags_of_old")
        answer = await ask(graph, ONE, agent, **given)
        assert orjson.loads(answer.body)["data"] == {"customer": None}
        assert answer.code == "CORE_UNAVAILABLE"
        await run(address, "ALTER TABLE core.customer RENAME COLUMN flags_of_old TO flags")
        assert (await ask(graph, ONE, agent, **given)).outcome == "ok"

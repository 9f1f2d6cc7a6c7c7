"""Flags: what a customer says counts from the next request on, for the cells whose rule names it and no others."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from graphql import FieldNode, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, parse, visit

from auth.departments import DEPARTMENTS, Department
from auth.policy.categories import Category
from auth.policy.rules import Policy
from datasources.core.codes import LegalBasis, PrivacyState, PrivacyTopic
from datasources.core.ledger import record
from datasources.engine.running.databases import Databases
from resolvers.graph import Graph
from server.graphs import build_graph
from tests.oracle.world import Row
from tests.permissions.attacks.attacks import Copy, Field
from tests.permissions.world.askers import Asker, askers
from tests.permissions.world.matrix import WHEN, Matrix
from tests.permissions.world.probes import ONE
from tests.permissions.world.worlds import PATIENT_MS, Memory, ask, run, the_contract

# What is said, which flag that sets, and what takes it back.
SAID = (
    (PrivacyTopic.DIRECT_MARKETING, PrivacyState.CONSENT_GIVEN, 1, PrivacyState.CONSENT_WITHDRAWN),
    (PrivacyTopic.PROFILING, PrivacyState.CONSENT_GIVEN, 2, PrivacyState.CONSENT_REVOKED),
    (PrivacyTopic.PARTNER_SHARING, PrivacyState.CONSENT_GIVEN, 4, PrivacyState.CONSENT_WITHDRAWN),
    (PrivacyTopic.SPECIAL_CATEGORIES, PrivacyState.CONSENT_GIVEN, 8, PrivacyState.CONSENT_WITHDRAWN),
    (PrivacyTopic.DIRECT_MARKETING, PrivacyState.OBJECTED, 16, PrivacyState.OBJECTION_LIFTED),
    (PrivacyTopic.LEGITIMATE_INTEREST, PrivacyState.OBJECTED, 32, PrivacyState.OBJECTION_LIFTED),
    (PrivacyTopic.PROCESSING, PrivacyState.RESTRICTED, 64, PrivacyState.RESTRICTION_LIFTED),
    (PrivacyTopic.ERASURE, PrivacyState.HELD, 128, PrivacyState.HOLD_LIFTED),
)


@dataclass
class Places:
    """One set of worlds served four times: fused and apart, each by two instances that know nothing of each other."""

    addresses: Mapping[str, str]
    fused: tuple[Graph, Graph]
    apart: tuple[Graph, Graph]

    async def said(
        self, customer: Row, topic: PrivacyTopic, state: PrivacyState, until: datetime | None = None
    ) -> None:
        """In every copy of core: fused and apart stand on copies of their own."""
        basis = LegalBasis.CONSENT if state.startswith("CONSENT") else None
        for address in self.addresses.values():
            await record(
                dict.fromkeys(DEPARTMENTS, address),
                customer["id"],
                topic,
                state,
                via=Department.CORE,
                occurred_at=min(datetime.now(UTC), until) if until else datetime.now(UTC),
                expires_at=until,
                legal_basis=basis,
            )

    async def answers(self, document: str, asker: Asker, **variables: Any) -> list[bytes]:
        """From all four. Times of the ledger differ between copies of core, nothing else."""
        return [(await ask(each, document, asker.viewer, **variables)).body for each in (*self.fused, *self.apart)]


@pytest.fixture(scope="module")
async def places(copy: Copy, policy: Policy) -> AsyncIterator[Places]:
    together = await copy()
    separate = {department: await copy() for department in DEPARTMENTS}
    async with AsyncExitStack() as stack:

        async def graph(addresses: Mapping[str, str]) -> Graph:
            opened = await stack.enter_async_context(Databases.open(addresses, timeout_ms=PATIENT_MS))
            return build_graph(opened, policy, Memory(), PATIENT_MS)

        fused, apart = dict.fromkeys(DEPARTMENTS, together), separate
        yield Places(
            {"fused": together, "apart": separate["core"]},
            (await graph(fused), await graph(fused)),
            (await graph(apart), await graph(apart)),
        )


CARD = """query ($by: CustomerBy!) { customer(by: $by) { number displayName language country
    phoneNumbers { number } sales { orders(first: 2) { nodes { number } } recommendations { kind } }
    service { openTicketCount } marketing { interests { topic } loyalty { points } }
    finance { credit { rating { score } terms { netDays } } } } }"""

GIVEN, WITHDRAWN = PrivacyState.CONSENT_GIVEN, PrivacyState.CONSENT_WITHDRAWN
# Who, for what, and about which topic what opens their view of a customer, and what closes it.
COUNTS_FOR = (
    ("partner_client", "partner", PrivacyTopic.PARTNER_SHARING, GIVEN, WITHDRAWN),
    ("marketing_analyst", "profiling", PrivacyTopic.PROFILING, GIVEN, WITHDRAWN),
    ("marketing_campaigner", "direct_marketing", PrivacyTopic.DIRECT_MARKETING, GIVEN, WITHDRAWN),
    (*("service_agent", "care", PrivacyTopic.PROCESSING), PrivacyState.RESTRICTION_LIFTED, PrivacyState.RESTRICTED),
    (*("sales_rep", "outreach", PrivacyTopic.DIRECT_MARKETING), PrivacyState.OBJECTION_LIFTED, PrivacyState.OBJECTED),
)


@pytest.mark.parametrize(("who", "purpose", "topic", "opens", "closes"), COUNTS_FOR)
async def test_what_is_said_counts_from_the_next_request_on_everywhere(
    who: str,
    purpose: str,
    topic: PrivacyTopic,
    opens: PrivacyState,
    closes: PrivacyState,
    places: Places,
    arena: Field,
) -> None:
    asker = _within_reach(arena, who, purpose)
    customer = _plain(arena)
    given = {"by": {"number": customer["number"]}}
    seen = []
    for state in (opens, closes, opens, closes):
        await places.said(customer, topic, state)
        bodies = set(await places.answers(CARD, asker, **given))
        assert len(bodies) == 1
        seen.append(orjson.loads(bodies.pop())["data"]["customer"])
    assert seen[0] == seen[2] != seen[1] == seen[3]
    assert (seen[1] or {}).get("displayName") is None
    await places.said(customer, topic, opens)


async def test_a_consent_counts_until_it_expires(places: Places, arena: Field) -> None:
    """Nothing is written when it expires: the database's clock alone decides."""
    asker, customer = arena.asker("marketing_analyst", "profiling"), _plain(arena)
    given = {"by": {"number": customer["number"]}}
    for until, is_known in ((timedelta(hours=1), True), (timedelta(0), False), (None, True)):
        moment = None if until is None else datetime.now(UTC) + until
        await places.said(customer, PrivacyTopic.PROFILING, PrivacyState.CONSENT_GIVEN, moment)
        bodies = set(await places.answers(CARD, asker, **given))
        (body,) = bodies
        assert (orjson.loads(body)["data"]["customer"] is not None) is is_known


async def test_an_expiry_counts_in_the_very_next_request(places: Places, arena: Field) -> None:
    asker, customer = arena.asker("marketing_analyst", "profiling"), _plain(arena)
    given = {"by": {"number": customer["number"]}}
    until = datetime.now(UTC) + timedelta(seconds=2)
    await places.said(customer, PrivacyTopic.PROFILING, PrivacyState.CONSENT_GIVEN, until)
    known: list[bool] = []
    while not known or known[-1]:
        body = (await ask(places.fused[0], CARD, asker.viewer, **given)).body
        known.append(orjson.loads(body)["data"]["customer"] is not None)
    assert datetime.now(UTC) >= until
    assert {orjson.loads(body)["data"]["customer"] for body in await places.answers(CARD, asker, **given)} == {None}


def _plain(arena: Field) -> Row:
    """Linked to the partner, consents to all, objects to nothing, and has something in every department."""
    mine = arena.linked()
    tables = ("marketing.interest", "sales.recommendation", "core.contact_point")
    having = [{row["customer_id"] for row in arena.rows.tables[table]} for table in tables]
    return arena.customer(
        lambda row: row["id"] in mine and arena.flags(row) & 119 == 7 and all(row["id"] in each for each in having)
    )


def _within_reach(arena: Field, who: str, purpose: str) -> Asker:
    subject = _plain(arena)["id"]
    return next(each for each in askers(arena.matrix, subject) if (each.who, each.purpose) == (who, purpose))


# --- A flipped flag changes only the cells whose rule names it


class _Places(Visitor):
    """Which coordinates stand at which place of the answer."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self._types = types
        self._path: list[str] = []
        self.found: dict[tuple[str, ...], set[str]] = {}

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self._path.append((node.alias or node.name).value)
        parent = self._types.get_parent_type()
        assert parent is not None
        self.found.setdefault(tuple(self._path), set()).add(f"{parent.name}.{node.name.value}")

    def leave_field(self, *_: Any) -> None:
        self._path.pop()


def coordinates(schema: GraphQLSchema, document: str) -> Mapping[tuple[str, ...], set[str]]:
    types = TypeInfo(schema)
    places = _Places(types)
    visit(parse(document), TypeInfoVisitor(types, places))
    return places.found


def changed(one: Any, other: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where two answers differ, as high up as one of them has nothing there."""
    match one, other:
        case dict(), dict():
            for key in one:
                yield from changed(one[key], other[key], (*path, key))
        case list(), list() if len(one) == len(other):
            for first, second in zip(one, other, strict=True):
                yield from changed(first, second, path)
        case _ if one != other:
            yield path


def _category(coordinate: str) -> Category:
    return the_contract().categories.get(coordinate, Category.STRUCTURE)


def _names(matrix: Matrix, asker: Asker, category: str, bit: int) -> bool:
    """Whether the rule on the cell names the flag, for any use."""
    decisions = [
        matrix.decide(asker.who, asker.purpose, category, use) for use in ("item", "order", "aggregate", "lookup")
    ]
    return any(WHEN[word][0] == bit for each in decisions for word in each.when)


def _filled(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    match value:
        case dict():
            for key, member in value.items():
                if member is not None:
                    yield (*path, key)
                yield from _filled(member, (*path, key))
        case list():
            for each in value:
                yield from _filled(each, path)


@pytest.mark.parametrize(("topic", "state", "bit", "back"), SAID)
async def test_a_flipped_flag_changes_only_the_cells_whose_rule_names_it(
    topic: PrivacyTopic, state: PrivacyState, bit: int, back: PrivacyState, places: Places, arena: Field
) -> None:
    customer, graph, matrix = _plain(arena), places.fused[0], arena.matrix
    given, where = {"by": {"number": customer["number"]}}, coordinates(the_contract().schema, ONE)
    everyone = askers(matrix, customer["id"])
    for before, after in ((back, state), (state, back)):
        await places.said(customer, topic, before)
        one = {each: orjson.loads((await ask(graph, ONE, each.viewer, **given)).body) for each in everyone}
        await places.said(customer, topic, after)
        for asker in everyone:
            other = orjson.loads((await ask(graph, ONE, asker.viewer, **given)).body)
            for path in set(changed(one[asker]["data"], other["data"])):
                categories = {_category(each).value for each in where[path]}
                is_ledger = path[:2] == ("customer", "privacy")
                assert is_ledger or any(_names(matrix, asker, each, bit) for each in categories), (asker.name, path)
            closed = {
                path for path in _filled(other["data"]) if _is_closed(asker, where, path, bit, is_set=after == state)
            }
            assert closed == set(), asker.name
            assert _reasonless(one[asker]) == _reasonless(other)
    await places.said(customer, topic, state if bit < 16 else back)


def _is_closed(
    asker: Asker, where: Mapping[tuple[str, ...], set[str]], path: tuple[str, ...], bit: int, *, is_set: bool
) -> bool:
    """Whether every coordinate at this place has a rule that the flag, as it now stands, does not meet."""
    wanted = [asker.decision(_category(each)).when for each in where[path]]
    return all(any(WHEN[word] == (bit, not is_set) for word in words) for words in wanted)


def _reasonless(body: Any) -> Any:
    return {key: value for key, value in body["extensions"]["privacy"].items() if key != "rows"}


async def test_a_withheld_cell_equals_a_true_null(copy: Copy, policy: Policy, arena: Field) -> None:
    """For a class that may not read privacy states, an objection and an empty ledger look the same."""
    customer = arena.customer(
        lambda row: not row["flags"] & 96 and row["birth_date"] is not None, having="finance.credit"
    )
    id_ = customer["id"]
    withheld, empty = await copy(), await copy()
    for topic, state in (
        (PrivacyTopic.LEGITIMATE_INTEREST, PrivacyState.OBJECTED),
        (PrivacyTopic.PROCESSING, PrivacyState.RESTRICTED),
    ):
        await record({"core": withheld}, id_, topic, state, via=Department.CORE)
    await run(
        empty,
        f"UPDATE core.customer SET birth_date = NULL, language = NULL WHERE id = '{id_}'",  # noqa: S608
        f"DELETE FROM core.channel_preference WHERE customer_id = '{id_}'",  # noqa: S608
    )
    documents = {
        "payment": "query ($by: CustomerBy!) { customer(by: $by) { number language a: preferredChannel displayName } }",
        "accounting": ONE,
    }
    async with AsyncExitStack() as stack:
        graphs = [
            build_graph(
                await stack.enter_async_context(
                    Databases.open(dict.fromkeys(DEPARTMENTS, each), timeout_ms=PATIENT_MS)
                ),
                policy,
                Memory(),
                PATIENT_MS,
            )
            for each in (withheld, empty)
        ]
        for purpose, document in documents.items():
            viewer = arena.asker("finance_clerk", purpose).viewer
            given = {"by": {"number": customer["number"]}}
            bodies = {(await ask(each, document, viewer, **given)).body for each in graphs}
            assert len(bodies) == 1
            assert str(customer["display_name"]).encode() in bodies.pop()

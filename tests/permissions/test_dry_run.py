"""A dry run shows at most what the viewer and the class that they try out may both see, cell by cell."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from typing import Any

import orjson
import pytest

from auth.policy.categories import Category
from auth.policy.dry_run import dry_run_grant
from auth.policy.effects import Use
from auth.policy.grant import compile_grant
from auth.policy.rules import Policy
from auth.step_up import StepUpNeeded
from resolvers.answering.requests import Answer, Request
from resolvers.graph import Graph
from tests.federation.subgraph import open_subgraph
from tests.permissions.attacks.attacks import Copy, Field
from tests.permissions.world.askers import FOREVER, Asker, askers
from tests.permissions.world.matrix import FLAG_SETS, WHEN, Decision, Matrix
from tests.permissions.world.probes import ONE
from tests.permissions.world.worlds import served

# What an answer holds of every field that some class may not see.
Cells = dict[tuple[str | int, ...], Any]


def _strictest(one: Decision, other: Decision, flags: int) -> tuple[str, str | None]:
    """The effect for a customer with these flags, by the evaluator written apart from the server."""
    if not (one.shows(flags) and other.shows(flags)):
        return "withhold", None
    masks = {each.mask for each in (one, other) if each.effect == "mask"}
    if len(masks) > 1:
        return "withhold", None
    return ("mask", masks.pop()) if masks else ("allow", None)


def test_every_cell_is_the_strictest_of_both(policy: Policy, matrix: Matrix) -> None:
    """For all pairs of class and tried-out class, each for every purpose that a rule names."""
    grants = {pair: compile_grant(policy, *pair) for pair in matrix.pairs()}
    compared = 0
    for own, tried in product(grants, repeat=2):
        grant = dry_run_grant(grants[own], grants[tried])
        for category, use in product(Category, Use):
            effect = grant.effect(category, use)
            one, other = (matrix.decide(*pair, category.value, use.value) for pair in (own, tried))
            for flags in _telling(one, other):
                shown = (effect.kind.value, effect.mask) if effect.condition.met_by(flags) else ("withhold", None)
                assert shown == _strictest(one, other, flags), (own, tried, category, use, flags)
                compared += 1
    assert compared > 400_000


@cache
def _telling(one: Decision, other: Decision) -> tuple[int, ...]:
    """Flags that meet all words of both, and flags that fail exactly one of them."""
    both = Decision("allow", None, one.when | other.when)
    meets = next(flags for flags in FLAG_SETS if both.counts_for(flags))
    return meets, *(meets ^ (1 << place) for place in range(len(WHEN)))


def test_the_sign_in_requirements_of_both_hold(policy: Policy) -> None:
    for own, tried in product(policy.classes, repeat=2):
        grants = [compile_grant(policy, each, "care") for each in (own, tried)]
        needed = dry_run_grant(*grants).sign_in_requirements
        for category in Category:
            for grant in grants:
                assert set(grant.sign_in_requirements.get(category, ())) <= set(needed.get(category, ()))


@pytest.fixture(scope="module")
async def open_to_all(copy: Copy, policy: Policy) -> AsyncIterator[Graph]:
    """The furnished world under a policy by which every class may do dry runs."""
    classes = {name: replace(each, may_dry_run=True) for name, each in policy.classes.items()}
    async with served(await copy(), replace(policy, classes=classes)) as graph:
        yield graph


async def _answer(graph: Graph, asker: Asker, by: dict[str, str], dry_run: str | None = None) -> Answer:
    return await graph.answer(Request(ONE, None, {"by": by}, asker.viewer, False, "a request", dry_run))


def _cells(answer: Answer) -> Cells:
    found: Cells = {}

    def walk(value: Any, path: tuple[str | int, ...]) -> None:
        if isinstance(value, dict):
            for key, member in value.items():
                walk(member, (*path, key))
        elif isinstance(value, list):
            for place, member in enumerate(value):
                walk(member, (*path, place))
        elif value is not None:
            found[path] = value

    walk(orjson.loads(answer.body)["data"], ())
    return found


def _header(asker: Asker) -> str:
    return "/".join(filter(None, (asker.who, asker.purpose, asker.scope.by)))


async def test_every_cell_shown_is_shown_to_both(open_to_all: Graph, arena: Field, matrix: Matrix) -> None:
    """Over all pairs of askers, reach included, for an ordinary, a linked and a restricted customer."""
    linked = arena.linked()
    customers = [arena.ordinary(), arena.customer(lambda row: row["id"] in linked), arena.restricted()]
    shown = 0
    for customer in customers:
        by = {"id": str(customer["id"])}
        all_askers = [each for each in askers(matrix, customers[0]["id"]) if each.scope.reach != "territory"]
        alone = {each: _cells(await _answer(open_to_all, each, by)) for each in all_askers}
        for own, tried in product(all_askers, repeat=2):
            cells = _cells(await _answer(open_to_all, own, by, _header(tried)))
            for path, value in cells.items():
                seen = (alone[own].get(path), alone[tried].get(path))
                # A list may be shorter for one of them, so that its entries stand elsewhere; a mask hides a part.
                if not any(isinstance(each, int) for each in path):
                    assert None not in seen, (own.name, tried.name, path)
                    assert value in seen, (own.name, tried.name, path)
                shown += 1
    assert shown > 10_000


async def test_the_same_class_tried_out_sees_what_it_sees(open_to_all: Graph, arena: Field, matrix: Matrix) -> None:
    """Nothing is withheld needlessly: with itself, a class loses nothing."""
    by = {"id": str(arena.ordinary()["id"])}
    for each in askers(matrix, by["id"]):
        if each.scope.reach != "territory":
            assert _cells(await _answer(open_to_all, each, by, _header(each))) == _cells(
                await _answer(open_to_all, each, by)
            )


async def test_two_limited_reaches_both_count(open_to_all: Graph, arena: Field, matrix: Matrix) -> None:
    linked = arena.linked()
    inside = arena.customer(lambda row: row["id"] in linked)
    outside = arena.customer(lambda row: row["id"] not in linked and not row["flags"] & 96)
    partner = next(each for each in askers(matrix, inside["id"]) if each.scope.reach == "linked")
    for customer, is_there in ((inside, True), (outside, False)):
        subject = f"data_subject/rights/{customer['id']}"
        cells = _cells(await _answer(open_to_all, partner, {"id": str(customer["id"])}, subject))
        assert (("customer", "id") in cells) is is_there
    somebody_else = f"data_subject/rights/{outside['id']}"
    assert _cells(await _answer(open_to_all, partner, {"id": str(inside["id"])}, somebody_else)) == {}


async def test_what_is_withheld_names_its_side(open_to_all: Graph, arena: Field) -> None:
    """An officer sees all that an agent does: whichever tries out the other, it is the agent's grant that withholds."""
    officer, agent = arena.asker("privacy_officer", "rights"), arena.asker("service_agent", "care")
    by = {"id": str(arena.ordinary()["id"])}
    own = _withheld(await _answer(open_to_all, agent, by))
    assert "Finance.invoices" in {each["coordinate"] for each in own}
    for asker, dry_run, side in ((officer, "service_agent/care", "TRIED_OUT"), (agent, _header(officer), "VIEWER")):
        withheld = _withheld(await _answer(open_to_all, asker, by, dry_run))
        assert withheld == [{**each, "by": side} for each in own]


def _withheld(answer: Answer) -> list[Any]:
    withheld = orjson.loads(answer.body)["extensions"]["privacy"]["withheld"]
    return [each for each in withheld if each["effect"] == "withhold"]


@pytest.mark.parametrize("age", [timedelta(hours=2), None])
async def test_no_header_skips_a_step_up(arena: Field, age: timedelta | None) -> None:
    """A class without a requirement is tried out by one that has it: the requirement stays."""
    officer = arena.asker("privacy_officer", "rights").viewer
    signed_in = None if age is None else datetime.now(UTC) - age
    viewer = replace(officer, authenticated_at=signed_in, expires_at=FOREVER)
    customer = str(arena.ordinary()["id"])
    document = "query($by: CustomerBy!) { customer(by: $by) { party { ... on Individual { birthDate } } } }"
    for dry_run in (None, f"data_subject/rights/{customer}"):
        request = Request(document, None, {"by": {"id": customer}}, viewer, False, "a request", dry_run)
        with pytest.raises(StepUpNeeded):
            await arena.home.answer(request)


async def test_a_subgraph_asks_for_the_step_up_too(seeded: dict[str, str]) -> None:
    async with open_subgraph(seeded, "core") as core:
        document = '{ customer(by: {number: "C-000001"}) { id party { ... on Individual { birthDate } } } }'
        request = core.request(document, ("privacy_officer", "rights"))
        customer = orjson.loads((await core.graph.answer(request)).body)["data"]["customer"]
        assert customer["party"]["birthDate"]
        dry_run = f"data_subject/rights/{customer['id']}"
        assert orjson.loads((await core.graph.answer(request._replace(dry_run=dry_run))).body)["data"] == {
            "customer": customer
        }
        unsigned = replace(request.viewer, authenticated_at=None)
        with pytest.raises(StepUpNeeded):
            await core.graph.answer(request._replace(dry_run=dry_run, viewer=unsigned))

"""Points come back where they were not needed: after an answer, and after a refusal, and never more than were drawn."""

from dataclasses import replace

import pytest

from auth.rates import OwnBuckets, Rate
from auth.step_up import StepUpNeeded
from resolvers.answering.throttle import Standing, Throttle, Throttled
from tests.limits.conftest import Make, request, viewer
from tests.limits.test_rates import RATE, Clock

REFUSED = "{ customers(first: 5, last: 5) { nodes { number } } }"
SCORE = "{ customers { nodes { finance { credit { rating { score } } } } } }"


def throttled(new_documents: Rate | None = None) -> Throttle:
    return Throttle(RATE, new_documents=new_documents, buckets=OwnBuckets(Clock()))


async def left(throttle: Throttle) -> float:
    standing = await throttle.draw(viewer(), 0)
    assert standing is not None
    return standing.left


async def test_no_more_comes_back_than_was_drawn() -> None:
    """An operation dearer than the bucket drew the bucket."""
    throttle = throttled()
    standing = await throttle.draw(viewer(), 5000)
    assert throttle.give_back(viewer(), standing, 5000, 30) == Standing(RATE, 70)
    with pytest.raises(Throttled):
        await throttle.draw(viewer(), 71)
    assert await throttle.draw(viewer(), 70) == Standing(RATE, 0)


async def test_who_needed_more_than_was_drawn_gets_nothing_back() -> None:
    throttle = throttled()
    standing = await throttle.draw(viewer(), 5000)
    assert throttle.give_back(viewer(), standing, 5000, 120) == Standing(RATE, 0)
    assert await left(throttle) == 0


async def test_an_operation_that_is_refused_when_planned_costs_one_point(make_graph: Make) -> None:
    throttle = throttled()
    graph = make_graph(throttle=throttle)
    for points in (99, 98, 97):
        answer = await graph.answer(request(REFUSED))
        assert (answer.code, answer.standing) == ("BAD_USER_INPUT", Standing(RATE, points))
    assert await left(throttle) == 97


async def test_so_does_one_whose_plan_would_be_one_too_many(make_graph: Make) -> None:
    throttle = throttled(Rate(1, 0.001))
    graph = make_graph(throttle=throttle)
    document = "query ($a: Boolean! = true) { customers { nodes { number @include(if: $a) status } } }"
    # Core is nowhere, and the root that was tried costs its ten.
    assert (await graph.answer(request(document, a=True))).standing == Standing(RATE, 90)
    assert (await graph.answer(request(document, a=False))).code == "RATE_LIMITED"
    assert await left(throttle) == 89


async def test_so_does_one_that_asks_for_a_recent_sign_in(make_graph: Make) -> None:
    throttle = throttled()
    graph = make_graph(throttle=throttle)
    officer = replace(viewer(), viewer_class="credit_officer", purpose="credit", purposes=frozenset({"credit"}))
    with pytest.raises(StepUpNeeded):
        await graph.answer(request(SCORE, officer))
    assert await left(throttle) == 99

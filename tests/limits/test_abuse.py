"""Requests made to cost more than they should are refused by name, and nothing of them is kept."""

import sys
from itertools import pairwise
from types import FrameType

import pytest
from graphql import parse

from bench.abuse import Endpoint
from bench.workloads.abuses import ABUSES, Abuse, fragments
from resolvers.documents import extent
from resolvers.graph import Graph
from tests.limits.conftest import Make

REFUSED = [each for each in ABUSES if each.status >= 400]


@pytest.mark.parametrize("abuse", ABUSES, ids=[each.name for each in ABUSES])
async def test_abuse(abuse: Abuse, graph: Graph) -> None:
    assert await Endpoint.over(graph).ask(abuse.make(), abuse.headers) == (abuse.status, abuse.code)


async def test_nothing_is_planned_for_what_is_refused(graph: Graph) -> None:
    endpoint = Endpoint.over(graph)
    for abuse in REFUSED:
        await endpoint.ask(abuse.make(), abuse.headers)
    assert (graph.plans.compiled, len(graph.plans)) == (0, 0)


async def test_documents_that_are_kept_have_a_bounded_length(make_graph: Make) -> None:
    """Each takes memory by its length, so that is what is counted, not their number."""
    graph = make_graph()
    endpoint = Endpoint.over(graph)
    for number in range(30):
        body = b'{"query": "{ __typename } #%d%b"}' % (number, b"x" * 90_000)
        assert await endpoint.ask(body, {}) == (200, "")
    kept = graph._documents._recent
    assert sum(map(len, kept)) == graph._documents._characters == 11 * 90_018
    assert graph._documents._characters <= 1_000_000


def test_a_document_is_measured_in_time_by_its_length() -> None:
    """Twice as many fragments, each used twice, are twice the work: not two to the power of them."""
    calls = [_calls(levels) for levels in (10, 20, 40)]
    assert [later - earlier for earlier, later in pairwise(calls)] == [10 * _PER_LEVEL, 20 * _PER_LEVEL]


# `_measure`, and `beside` for each of two selections.
_PER_LEVEL = 3


def _calls(levels: int) -> int:
    """How many calls of ours it takes to measure fragments doubled so many times."""
    document = parse("{ ...F0 } " + fragments("Query", "...F# ...F#", levels, "__typename"))
    known = extent.fragments_in_order(document)
    count = 0

    def count_calls(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call" and frame.f_code.co_name in ("_measure", "beside")

    sys.setprofile(count_calls)
    try:
        found = extent.extent(document, known)
    finally:
        sys.setprofile(None)
    assert found.fields == 2**levels
    return count

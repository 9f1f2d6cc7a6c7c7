"""Points that clients may spend: the bucket by a clock of the test's own, and what draws from it."""

from dataclasses import dataclass

import orjson
import pytest

from auth.rates import MAX_BUCKETS, Buckets, BucketsUnavailable, Level, OwnBuckets, Rate
from resolvers.answering.throttle import Standing, Throttle, Throttled
from resolvers.graph import Graph
from tests.limits.conftest import Make, request, viewer

RATE = Rate(capacity=100, per_second=10)
FINANCE = "query ($n: String!) { customer(by: {number: $n}) { finance { balance { amount } } } }"


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Away:
    """Shared buckets whose database is down."""

    async def draw(self, key: str, points: float, rate: Rate) -> Level:
        raise BucketsUnavailable("ConnectionRefusedError")


def test_a_bucket_empties_and_fills() -> None:
    clock = Clock()
    buckets = OwnBuckets(clock)
    assert buckets.take("a", 70, RATE) == Level(True, 30)
    assert buckets.take("a", 31, RATE) == Level(False, 30)
    assert buckets.take("b", 31, RATE) == Level(True, 69)
    clock.now += 0.125
    assert buckets.take("a", 31, RATE) == Level(True, 0.25)
    clock.now += 5
    assert buckets.take("a", 0, RATE) == Level(True, 50.25)
    clock.now += 3600
    assert buckets.take("a", 0, RATE) == Level(True, 100)


def test_what_is_put_back_overflows() -> None:
    buckets = OwnBuckets(Clock())
    assert buckets.take("a", 10, RATE) == Level(True, 90)
    assert buckets.take("a", -50, RATE) == Level(True, 100)


def test_only_the_last_used_buckets_are_kept() -> None:
    buckets = OwnBuckets(Clock())
    for number in range(MAX_BUCKETS + 5):
        buckets.take(str(number), 1, RATE)
    assert len(buckets._levels) == MAX_BUCKETS
    assert "4" not in buckets._levels
    assert "5" in buckets._levels


async def test_each_person_has_a_bucket_unless_the_client_has_a_rate() -> None:
    throttle = Throttle(RATE, {"acme": Rate(1000, 1)}, buckets=OwnBuckets(Clock()))
    assert await throttle.draw(viewer("kim"), 60) == Standing(RATE, 40)
    assert await throttle.draw(viewer("lou"), 60) == Standing(RATE, 40)
    assert await throttle.draw(viewer("kim", "another"), 60) == Standing(RATE, 40)
    assert await throttle.draw(viewer("kim", "acme"), 600) == Standing(Rate(1000, 1), 400)
    with pytest.raises(Throttled) as caught:
        await throttle.draw(viewer("lou", "acme"), 600)
    assert (caught.value.seconds, caught.value.standing.left) == (200, 400)


async def test_without_a_rate_nobody_is_throttled() -> None:
    throttle = Throttle(None, {"acme": RATE})
    for _ in range(10):
        assert await throttle.draw(viewer(), 10**9) is None


async def test_an_operation_larger_than_the_bucket_takes_all_of_it() -> None:
    throttle = Throttle(RATE, buckets=OwnBuckets(Clock()))
    assert await throttle.draw(viewer(), 5000) == Standing(RATE, 0)


async def test_what_was_not_needed_counts_for_the_next() -> None:
    throttle = Throttle(RATE, buckets=OwnBuckets(Clock()))
    standing = await throttle.draw(viewer(), 90)
    assert standing is not None
    assert throttle.give_back(viewer(), standing, 90, 10) == Standing(RATE, 90)
    assert await throttle.draw(viewer(), 85) == Standing(RATE, 5)
    # A draw that fails keeps what there is.
    for _ in range(2):
        with pytest.raises(Throttled):
            await throttle.draw(viewer(), 10)


async def test_a_refused_draw_keeps_the_credit() -> None:
    throttle = Throttle(RATE, buckets=OwnBuckets(Clock()))
    standing = await throttle.draw(viewer(), 100)
    assert standing is not None
    throttle.give_back(viewer(), standing, 100, 90)
    with pytest.raises(Throttled) as caught:
        await throttle.draw(viewer(), 30)
    assert caught.value.seconds == 2
    assert await throttle.draw(viewer(), 10) == Standing(RATE, 0)


@pytest.mark.parametrize("buckets", [Away()])
async def test_where_the_common_buckets_are_away_the_process_counts(
    buckets: Buckets, caplog: pytest.LogCaptureFixture
) -> None:
    throttle = Throttle(Rate(100, 0.001), buckets=buckets)
    assert await throttle.draw(viewer("kim"), 60) is not None
    with pytest.raises(Throttled):
        await throttle.draw(viewer("kim"), 60)
    assert "counts by itself: ConnectionRefusedError" in caplog.text
    assert "kim" not in caplog.text


async def test_new_documents_are_rationed_and_known_ones_are_not(make_graph: Make) -> None:
    graph = make_graph(throttle=Throttle(new_documents=Rate(2, 0.001)))
    assert [await _code(graph, "{ a: __typename }"), await _code(graph, "{ b: __typename }")] == [None, None]
    assert await _code(graph, "{ c: __typename }") == "RATE_LIMITED"
    assert [await _code(graph, "{ a: __typename }"), await _code(graph, "{ b: __typename }")] == [None, None]
    # Another client's are another's.
    answer = await graph.answer(request("{ c: __typename }", viewer("lou")))
    assert answer.code is None


async def test_documents_that_cannot_be_run_are_new_each_time(make_graph: Make) -> None:
    graph = make_graph(throttle=Throttle(new_documents=Rate(2, 0.001)))
    codes = [await _code(graph, "{ nonsense }") for _ in range(3)]
    assert codes == ["GRAPHQL_VALIDATION_FAILED", "GRAPHQL_VALIDATION_FAILED", "RATE_LIMITED"]


async def test_so_are_plans(make_graph: Make) -> None:
    """One document has many plans: one for each way of leaving its variables out."""
    graph = make_graph(throttle=Throttle(new_documents=Rate(2, 0.001)))
    document = "query ($a: Boolean! = true) { customers { totalCount @include(if: $a) pageInfo { hasNextPage } } }"
    codes = [(await graph.answer(request(document, a=a))).code for a in (True, False, True)]
    assert codes == ["CORE_UNAVAILABLE"] * 3
    other = document.replace("totalCount", "x: totalCount")
    assert (await graph.answer(request(other, a=True))).code == "RATE_LIMITED"
    assert graph.plans.compiled == 2


async def test_a_throttled_operation_is_not_planned(make_graph: Make) -> None:
    graph = make_graph(throttle=Throttle(Rate(15, 0.5), buckets=OwnBuckets(Clock())))
    assert (await graph.answer(request(FINANCE, n="C-1"))).code == "CORE_UNAVAILABLE"
    answer = await graph.answer(request(FINANCE.replace("amount", "currency"), n="C-1"))
    (error,) = orjson.loads(answer.body)["errors"]
    # The first cost 12 and came to 10, its statement.
    assert error == {
        "message": "More is asked than is allowed in this time. It costs 12 points. Ask again in 14 s.",
        "extensions": {"code": "RATE_LIMITED", "retryAfter": 14},
    }
    assert (answer.wait, graph.plans.compiled) == (14, 1)


async def test_the_cost_is_told_to_whoever_asks(make_graph: Make) -> None:
    graph = make_graph(throttle=Throttle(RATE, buckets=OwnBuckets(Clock())))
    answer = await graph.answer(request(FINANCE, tells_cost=True, n="C-1"))
    assert orjson.loads(answer.body)["extensions"]["cost"] == {
        "requestedQueryCost": 12,
        "actualQueryCost": 10,
        "throttleStatus": {"maximumAvailable": 100, "currentlyAvailable": 90, "restoreRate": 10.0},
    }
    silent = await graph.answer(request(FINANCE, n="C-1"))
    assert orjson.loads(silent.body)["extensions"].keys() == {"privacy"}


async def test_without_a_rate_there_is_no_throttle_to_tell_of(graph: Graph) -> None:
    answer = await graph.answer(request("{ viewer { role } }", tells_cost=True))
    assert orjson.loads(answer.body)["extensions"]["cost"] == {"requestedQueryCost": 1, "actualQueryCost": 1}


async def _code(graph: Graph, document: str) -> str | None:
    return (await graph.answer(request(document))).code

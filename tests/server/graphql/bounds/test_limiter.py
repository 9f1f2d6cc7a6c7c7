"""The limit on what runs at once: who waits, who is turned away, and how the limit follows core."""

import asyncio

import pytest
from starlette.testclient import TestClient

from resolvers.codes import Code
from server.graphql.bounds.limiter import (
    INITIAL_OPERATIONS,
    MAX_QUEUE_SECONDS,
    MIN_OPERATIONS,
    SECONDS_BETWEEN_CUTS,
    SHRINK_FACTOR,
    ConcurrencyLimit,
)
from server.graphql.refusals import Refusal
from tests.server.fake_graph import FakeGraph


class Core:
    """How core does, and what time it is."""

    def __init__(self) -> None:
        self.is_slow = False
        self.now = 0.0


@pytest.fixture
def core() -> Core:
    return Core()


def limiter(core: Core, most: int = 1000) -> ConcurrencyLimit:
    return ConcurrencyLimit(most, lambda: core.is_slow, lambda: core.now)


async def fill(limiter: ConcurrencyLimit) -> None:
    while limiter.in_use < limiter.limit:
        await limiter.__aenter__()


async def leave(limiter: ConcurrencyLimit) -> None:
    await limiter.__aexit__(None, None, None)


async def test_one_more_than_may_wait_is_turned_away(core: Core) -> None:
    full = limiter(core, most=2)
    await fill(full)
    waiting = [asyncio.ensure_future(full.__aenter__()) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Refusal) as refused:
        await full.__aenter__()
    assert (refused.value.code, refused.value.status, refused.value.headers) == (
        Code.OVERLOADED,
        503,
        ((b"retry-after", b"1"),),
    )
    await leave(full)
    await waiting[0]
    assert (waiting[1].done(), full.in_use) == (False, 2)
    await leave(full)
    await waiting[1]


async def test_who_waits_too_long_is_turned_away(core: Core) -> None:
    full = limiter(core, most=1)
    await fill(full)
    with pytest.raises(Refusal):
        await full.__aenter__()
    await leave(full)
    assert (full.in_use, full.shed) == (0, 1)


async def test_an_alarm_that_is_early_is_no_fault_of_ours(core: Core) -> None:
    """Uvloop's timers go by whole milliseconds, and so before their time: such a wait ended as a 500."""
    loop = asyncio.get_running_loop()
    full = limiter(core, most=1)
    await fill(full)
    before, loop._clock_resolution = loop._clock_resolution, 0.05  # type: ignore[attr-defined]
    # At this moment the loop looks at its timers, and takes one as due that is not.
    loop.call_later(MAX_QUEUE_SECONDS - 0.03, lambda: None)
    try:
        with pytest.raises(Refusal, match="more to do than it can"):
            await full.__aenter__()
    finally:
        loop._clock_resolution = before  # type: ignore[attr-defined]
    assert (full.in_use, full.is_full) == (1, False)


async def test_a_wait_that_ends_as_somebody_leaves_takes_no_place(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.graphql.bounds.limiter.MAX_QUEUE_SECONDS", 0)
    full = limiter(core, most=1)
    await fill(full)
    waiting = asyncio.ensure_future(full.__aenter__())
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_soon(asyncio.ensure_future, leave(full))
    with pytest.raises(Refusal):
        await waiting
    await asyncio.sleep(0)
    assert (full.in_use, full.is_full) == (0, False)


async def test_who_leaves_while_waiting_takes_no_place(core: Core) -> None:
    full = limiter(core, most=1)
    await fill(full)
    waiting = asyncio.create_task(full.__aenter__())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await leave(full)
    await full.__aenter__()
    assert full.in_use == 1


async def test_a_turn_that_comes_as_one_leaves_is_passed_on(core: Core) -> None:
    full = limiter(core, most=1)
    await fill(full)
    leaving, staying = (asyncio.create_task(full.__aenter__()) for _ in range(2))
    # One may wait for each who runs; the second is turned away.
    await asyncio.sleep(0)
    with pytest.raises(Refusal):
        await staying
    await leave(full)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert full.in_use == 0


async def test_it_grows_by_one_for_each_limit_that_was_used_up(core: Core) -> None:
    grows = limiter(core)
    for _ in range(INITIAL_OPERATIONS + 1):
        await fill(grows)
        await leave(grows)
    assert grows.limit == INITIAL_OPERATIONS + 1


async def test_what_is_not_used_does_not_grow(core: Core) -> None:
    idle = limiter(core)
    for _ in range(1000):
        async with idle:
            pass
    assert idle.limit == INITIAL_OPERATIONS


async def test_it_shrinks_while_core_is_slow_but_never_to_nothing(core: Core) -> None:
    slow = limiter(core)
    core.is_slow = True
    for _ in range(3):
        async with slow:
            pass
    # What was decided has to show first.
    assert slow.limit == int(INITIAL_OPERATIONS * SHRINK_FACTOR)
    for _ in range(100):
        core.now += SECONDS_BETWEEN_CUTS
        async with slow:
            pass
    assert slow.limit == MIN_OPERATIONS


def test_a_full_server_says_so_before_it_reads(
    client: TestClient, graph: FakeGraph, bearer: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ConcurrencyLimit, "is_full", True)
    answer = client.post("/graphql", json={"query": "{ hello }"}, headers=bearer)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["errors"][0]["extensions"]["code"] == "OVERLOADED"
    assert graph.asked == []

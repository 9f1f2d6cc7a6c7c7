"""Patience: which faults count against a department, until when it may answer, and how often it is asked again."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from datasources.engine.pools.places import Places
from datasources.engine.running.breaker import FAILURES_TO_OPEN, State
from datasources.engine.running.patience import MAX_SAVED_RETRIES, Patience
from datasources.unavailable import Crowded, Failing, Late, Lost, Resting, Unavailable

SECONDS = 60.0


def now() -> float:
    return asyncio.get_running_loop().time()


def raising(error: BaseException) -> Callable[[float], Awaitable[None]]:
    async def once(_: float) -> None:
        raise error

    return once


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Lost("gone"), State.OPEN),
        (Failing("status 503"), State.OPEN),
        (Late("late"), State.OPEN),
        (Crowded("queue"), State.CLOSED),
        (Unavailable("status 404"), State.CLOSED),
        (LookupError("ours"), State.CLOSED),
        (asyncio.CancelledError(), State.CLOSED),
    ],
)
async def test_faults_of_the_department_open_its_breaker(error: BaseException, state: State) -> None:
    patience = Patience(SECONDS)
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(type(error)):
            await patience.ask(raising(error), now() + 3600)
    assert patience.breaker.state is state
    if state is State.OPEN:
        with pytest.raises(Resting):
            await patience.ask(raising(AssertionError("it is asked")), now() + 3600)


async def test_who_had_too_little_time_left_says_nothing_of_it() -> None:
    patience = Patience(SECONDS)
    for _ in range(FAILURES_TO_OPEN):
        with pytest.raises(Late):
            await patience.ask(raising(Late("late")), now() + SECONDS / 3)
    assert patience.breaker.state is State.CLOSED


@pytest.mark.parametrize("seconds", [1.0, 3600.0])
async def test_it_may_take_its_budget_and_no_longer_than_the_request(seconds: float) -> None:
    patience, told = Patience(SECONDS), list[float]()

    async def once(until: float) -> None:
        told.append(until)

    began = now()
    await patience.ask(once, began + seconds)
    assert began + min(seconds, SECONDS) <= told[0] <= min(began + seconds, now() + SECONDS)


async def test_what_was_lost_is_asked_for_once_more() -> None:
    forgotten, faults = list[str](), iter([Lost("gone")])
    patience = Patience(SECONDS, lambda: forgotten.append("idle"))

    async def once(_: float) -> str:
        for fault in faults:
            raise fault
        return "answer"

    assert await patience.ask(once, now() + SECONDS) == "answer"
    assert (forgotten, patience.breaker.state) == (["idle"], State.CLOSED)


async def test_retries_are_bounded_in_an_outage() -> None:
    """The saved retries, and one for every fifth request; the breaker never opens."""
    patience, asked = Patience(SECONDS), list[float]()
    patience.breaker._failures_to_open = 10**9

    async def once(until: float) -> None:
        asked.append(until)
        raise Lost("gone")

    for _ in range(100):
        with pytest.raises(Lost):
            await patience.ask(once, now() + SECONDS)
    # The first request finds the budget full and earns nothing.
    assert len(asked) == 100 + int(MAX_SAVED_RETRIES + 99 * 0.2)


async def test_a_queue_has_an_end_and_is_served_in_order() -> None:
    places, served = Places(size=1, queue=2), list[int]()

    async def ask(number: int) -> None:
        async with places.taken(now() + SECONDS):
            served.append(number)

    await places.take(now() + SECONDS)
    waiting = [asyncio.create_task(ask(number)) for number in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Crowded, match="queue"):
        await places.take(now() + SECONDS)
    assert (places.in_use, places.waiting) == (1, 2)
    places.leave()
    await asyncio.gather(*waiting)
    assert (served, places.in_use, places.waiting) == ([0, 1], 0, 0)


async def test_a_turn_that_comes_too_late_goes_to_the_next() -> None:
    places = Places(size=1)
    await places.take(now() + SECONDS)
    first, second = (asyncio.create_task(places.take(now() + SECONDS)) for _ in range(2))
    await asyncio.sleep(0)
    places.leave()
    first.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert (first.cancelled(), second.result(), places.in_use) == (True, None, 1)

"""Alarms ring when they are due, once, and in order; cancelled ones never, and they are not kept."""

import asyncio
from functools import partial

from server.graphql.bounds.alarms import Alarms

SECONDS = 0.02


def now() -> float:
    return asyncio.get_running_loop().time()


async def until(rung: list[str], count: int) -> None:
    async with asyncio.timeout(30):
        while len(rung) < count:  # noqa: ASYNC110 - the alarms themselves tell
            await asyncio.sleep(0.001)


async def test_they_ring_in_order_and_not_before_they_are_due() -> None:
    alarms, rung = Alarms(SECONDS), list[str]()
    times = list[float]()
    began = now()

    def ring(name: str) -> None:
        rung.append(name)
        times.append(now())

    for name in ("first", "second"):
        alarms.set(partial(ring, name))
    await until(rung, 2)
    assert rung == ["first", "second"]
    # The loop's own timers may go off a millisecond early.
    assert min(times) >= began + SECONDS - 0.002


async def test_a_cancelled_one_does_not_ring_and_does_not_keep_the_next_from_it() -> None:
    alarms, rung = Alarms(SECONDS), list[str]()
    cancelled = alarms.set(lambda: rung.append("cancelled"))
    kept = alarms.set(lambda: rung.append("kept"))
    cancelled.cancel()
    await until(rung, 1)
    assert rung == ["kept"]
    assert (kept.has_rung, cancelled.has_rung) == (True, False)
    alarms.set(lambda: rung.append("later"))
    await until(rung, 2)
    assert rung == ["kept", "later"]


async def test_those_that_were_cancelled_are_not_kept() -> None:
    alarms = Alarms(60)
    for _ in range(1_000):
        alarms.set(lambda: None).cancel()
    assert len(alarms._set) == 1

"""Coalescing by the clock, which stands still until a test moves it: how long who waits, and how long who may take."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from datasources.engine.running.coalescing import SECONDS_TO_GATHER, SECONDS_UNSHARED, Coalescer, Rows
from datasources.engine.running.statement import (
    MAX_REQUESTS_PER_PAGE_RUN,
    MAX_REQUESTS_PER_RUN,
    Binding,
    BoundParameter,
    Statement,
)
from datasources.plan import Parameter
from datasources.unavailable import Crowded, Late, Unavailable

GATHERING = 0.002
APART = 10.0
# A little before it is time.
EARLY = 0.0005


def asking(sql: str) -> Statement:
    return Statement("there", sql, (BoundParameter(Parameter(lambda told: told["id"]), Binding.EACH),), ())


ONE, OTHER = asking("SELECT one"), asking("SELECT other")


@dataclass
class Clock:
    """What the loop takes for the time."""

    began: float
    now: float

    def passes(self, seconds: float) -> None:
        self.now = self.began + seconds


@dataclass
class Runs:
    """Every run that was sent, with whom it asks for and how long it may take; each waits until the test ends it."""

    clock: Clock
    sent: list[tuple[str, list[Any], float]] = field(default_factory=list)
    answers: list[asyncio.Future[Rows]] = field(default_factory=list)

    async def rows(self, sql: str, values: list[Any], deadline: float) -> Rows:
        self.sent.append((sql, *values, deadline - self.clock.began))
        self.answers.append(asyncio.get_running_loop().create_future())
        return await self.answers[-1]

    @property
    def together(self) -> list[list[Any]]:
        return [ids for _, ids, _ in self.sent]

    async def answer(self) -> None:
        """All that are under way, by what was asked."""
        for (_, ids, _), future in zip(self.sent, self.answers, strict=True):
            if not future.done():
                future.set_result([(id_, place) for place, id_ in enumerate(ids, 1)])
        await settle()

    async def fail(self, error: Unavailable | None = None) -> None:
        self.answers[-1].set_exception(error or Late("too long"))
        await settle()


@dataclass
class Arena:
    clock: Clock
    runs: Runs
    coalescer: Coalescer
    answers: list[asyncio.Task[Rows]] = field(default_factory=list)

    async def come(self, *ids: int, statement: Statement = ONE, seconds: float = 60) -> None:
        deadline = self.clock.began + seconds
        self.answers += [
            asyncio.create_task(self.coalescer.rows(statement, statement.request_values({"id": id_}), deadline))
            for id_ in ids
        ]
        await settle()

    def answered(self) -> list[list[Any]]:
        """What each got, in the order in which they came. Nothing is left of anybody, and nobody is waited for: time
        stands still.
        """
        got = [list(each.result()) for each in self.answers]
        assert self.coalescer._lines == {}
        return got


async def settle() -> None:
    """Everybody goes as far as they can at this moment."""
    for _ in range(8):
        await asyncio.sleep(0)


@pytest.fixture
async def arena(monkeypatch: pytest.MonkeyPatch) -> Arena:
    loop = asyncio.get_running_loop()
    # A whole number, so that halves and sums of seconds are exact.
    began = float(int(loop.time()))
    clock = Clock(began, began)
    monkeypatch.setattr(loop, "time", lambda: clock.now)
    runs = Runs(clock)
    return Arena(clock, runs, Coalescer(runs))


def test_the_times_are_those_that_were_decided() -> None:
    assert (SECONDS_TO_GATHER, SECONDS_UNSHARED) == (GATHERING, APART)
    assert (MAX_REQUESTS_PER_RUN, MAX_REQUESTS_PER_PAGE_RUN) == (16, 4)


async def test_who_goes_alone_may_take_all_of_their_time(arena: Arena) -> None:
    await arena.come(1, seconds=40)
    assert arena.runs.sent == [("SELECT one", [1], 40.0)]
    await arena.runs.answer()
    assert arena.answered() == [[(1, 1)]]


@pytest.mark.parametrize("place_of_the_hasty", [0, 1, 2])
async def test_a_shared_run_may_take_half_of_the_least_that_is_left(arena: Arena, place_of_the_hasty: int) -> None:
    await arena.come(0)
    for place in range(3):
        await arena.come(place + 1, seconds=40 if place == place_of_the_hasty else 100)
    # Ten seconds have passed when they go: of forty, thirty are left.
    arena.clock.now = arena.clock.began + 10
    await arena.runs.answer()
    assert arena.runs.sent[1:] == [("SELECT one", [1, 2, 3], 25.0)]
    await arena.runs.answer()
    assert arena.answered() == [[(0, 1)], [(1, 1)], [(2, 2)], [(3, 3)]]


async def test_after_a_shared_run_failed_each_has_all_of_their_own_time(arena: Arena) -> None:
    deadlines = [40.0, 100.0, 70.0]
    await arena.come(0)
    for place, seconds in enumerate(deadlines, 1):
        await arena.come(place, seconds=seconds)
    await arena.runs.answer()
    arena.clock.passes(20)
    await arena.runs.fail()
    assert arena.runs.sent[2:] == [("SELECT one", [place], seconds) for place, seconds in enumerate(deadlines, 1)]
    await arena.runs.answer()
    assert arena.answered() == [[(0, 1)], [(1, 1)], [(2, 1)], [(3, 1)]]


async def test_the_first_who_gathers_waits_so_long_and_no_longer(arena: Arena) -> None:
    await arena.come(1)
    await arena.come(2)
    arena.clock.passes(GATHERING - EARLY)
    # Whoever comes late makes nobody wait longer.
    await arena.come(3)
    assert arena.runs.together == [[1]]
    arena.clock.passes(GATHERING)
    await settle()
    assert arena.runs.together == [[1], [2, 3]]
    await arena.runs.answer()
    assert arena.answered() == [[(1, 1)], [(2, 1)], [(3, 2)]]


async def test_who_went_early_hurries_nobody_who_comes_after(arena: Arena) -> None:
    """The alarm of those who went because they were enough is not one for the next."""
    await arena.come(0)
    await arena.come(*range(1, MAX_REQUESTS_PER_RUN + 1))
    arena.clock.passes(EARLY)
    await arena.come(MAX_REQUESTS_PER_RUN + 1)
    arena.clock.passes(GATHERING)
    await arena.come(MAX_REQUESTS_PER_RUN + 2)
    assert arena.runs.together == [[0], [*range(1, MAX_REQUESTS_PER_RUN + 1)]]
    arena.clock.passes(GATHERING + EARLY)
    await settle()
    assert arena.runs.together[2:] == [[MAX_REQUESTS_PER_RUN + 1, MAX_REQUESTS_PER_RUN + 2]]
    await arena.runs.answer()
    assert len(arena.answered()) == MAX_REQUESTS_PER_RUN + 3


async def test_a_slow_run_does_not_keep_those_after_it_from_gathering(arena: Arena) -> None:
    await arena.come(1)
    await arena.come(2)
    arena.clock.passes(GATHERING)
    await settle()
    await arena.come(3)
    # Two are under way. The first of them that returns takes the third along.
    arena.runs.answers[1].set_result([(2, 1)])
    await settle()
    assert arena.runs.together == [[1], [2], [3]]
    await arena.runs.answer()
    assert arena.answered() == [[(1, 1)], [(2, 1)], [(3, 1)]]


async def test_everybody_goes_alone_for_ten_seconds_and_then_together(arena: Arena) -> None:
    await arena.come(1, 2)
    await arena.runs.fail()
    await arena.runs.answer()
    arena.clock.passes(APART - EARLY)
    await arena.come(3, 4)
    await arena.runs.answer()
    arena.clock.passes(APART)
    await arena.come(5, 6)
    await arena.runs.answer()
    assert arena.runs.together == [[1, 2], [1], [2], [3], [4], [5, 6]]
    assert arena.answered() == [[(1, 1)], [(2, 1)], [(3, 1)], [(4, 1)], [(5, 1)], [(6, 2)]]


async def test_a_statement_that_failed_keeps_no_other_apart(arena: Arena) -> None:
    await arena.come(1, 2)
    await arena.runs.fail()
    await arena.come(3, 4, statement=OTHER)
    await arena.come(5, 6)
    assert [(sql, ids) for sql, ids, _ in arena.runs.sent[3:]] == [
        ("SELECT other", [3, 4]),
        ("SELECT one", [5]),
        ("SELECT one", [6]),
    ]
    await arena.runs.answer()
    assert len(arena.answered()) == 6


async def test_one_who_failed_alone_keeps_nobody_apart(arena: Arena) -> None:
    await arena.come(1)
    await arena.runs.fail()
    with pytest.raises(Late):
        arena.answers.pop().result()
    await arena.come(2, 3)
    assert arena.runs.together == [[1], [2, 3]]
    await arena.runs.answer()
    assert arena.answered() == [[(2, 1)], [(3, 2)]]


async def test_who_waited_for_a_turn_in_vain_waits_on_in_company(arena: Arena) -> None:
    await arena.come(1, 2, seconds=40)
    arena.clock.passes(20)
    await arena.runs.fail(Crowded("turn"))
    await arena.runs.answer()
    assert arena.runs.sent == [("SELECT one", [1, 2], 20.0), ("SELECT one", [1, 2], 40.0)]
    assert arena.answered() == [[(1, 1)], [(2, 2)]]


async def test_who_found_no_place_to_wait_does_not_look_again(arena: Arena) -> None:
    await arena.come(1, 2, seconds=40)
    arena.clock.passes(19)
    await arena.runs.fail(Crowded("queue"))
    assert arena.runs.sent == [("SELECT one", [1, 2], 20.0)]
    assert [type(each.exception()) for each in arena.answers] == [Crowded, Crowded]


async def test_who_waited_alone_has_no_more_time_to_wait(arena: Arena) -> None:
    await arena.come(1, seconds=40)
    arena.clock.passes(40)
    await arena.runs.fail(Crowded("turn"))
    assert arena.runs.sent == [("SELECT one", [1], 40.0)]
    assert [type(each.exception()) for each in arena.answers] == [Crowded]

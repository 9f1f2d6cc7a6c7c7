"""Coalescing with bad company: values that cannot be merged, rows that are nobody's, and askers who leave.

Nobody is waited for: whoever is not answered when all have gone as far as they can fails the test, and hangs nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from datasources.engine.running import coalescing
from datasources.engine.running.coalescing import Coalescer, Rows
from datasources.engine.running.statement import Binding, BoundParameter, Statement
from datasources.plan import Parameter
from datasources.unavailable import Crowded, Late, Resting, Unavailable

PATIENT = 60.0


def given(name: str) -> Parameter:
    return Parameter(lambda told: told[name])


EACH = Statement("there", "SELECT each", (BoundParameter(given("id"), Binding.EACH),), ())
TOLD = Statement(
    "there", "SELECT told", (BoundParameter(given("ids"), Binding.JOINED), BoundParameter(given("as_of"))), ()
)
BOTH = Statement(
    "there",
    "SELECT both",
    (BoundParameter(given("ids"), Binding.JOINED), BoundParameter(given("flags"), Binding.JOINED)),
    (),
)


def texts(*each: str) -> list[Any]:
    """The one row of a statement that was told of customers."""
    return [("\x1e".join(each).encode(),)]


@dataclass
class Runs:
    """The values of every run that was sent; each waits until the test ends it."""

    values: list[list[Any]] = field(default_factory=list)
    answers: list[asyncio.Future[Rows]] = field(default_factory=list)

    async def rows(self, sql: str, values: list[Any], deadline: float) -> Rows:
        self.values.append(values)
        self.answers.append(asyncio.get_running_loop().create_future())
        return await self.answers[-1]

    async def end(self, *outcomes: list[Any] | Exception) -> None:
        """The last runs, in the order in which they were sent."""
        for future, outcome in zip(self.answers[-len(outcomes) :], outcomes, strict=True):
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
        await settle()


@dataclass
class Arena:
    runs: Runs
    coalescer: Coalescer

    async def come(self, statement: Statement, *told: dict[str, Any]) -> list[asyncio.Task[Rows]]:
        until = asyncio.get_running_loop().time() + PATIENT
        tasks = [
            asyncio.create_task(self.coalescer.rows(statement, statement.request_values(each), until)) for each in told
        ]
        await settle()
        return tasks

    async def each(self, *ids: int) -> list[asyncio.Task[Rows]]:
        return await self.come(EACH, *({"id": id_} for id_ in ids))

    @property
    def is_quiet(self) -> bool:
        return self.coalescer._lines == {}


async def settle() -> None:
    """Everybody goes as far as they can without the clock."""
    for _ in range(8):
        await asyncio.sleep(0)


async def leave(*tasks: asyncio.Task[Rows]) -> None:
    for each in tasks:
        each.cancel()
    await settle()
    assert [each.cancelled() for each in tasks] == [True] * len(tasks)


@pytest.fixture
def arena(monkeypatch: pytest.MonkeyPatch) -> Arena:
    # Nobody goes because of the time that has passed.
    monkeypatch.setattr(coalescing, "SECONDS_TO_GATHER", PATIENT)
    runs = Runs()
    return Arena(runs, Coalescer(runs))


async def test_a_value_that_cannot_be_merged_costs_its_owner_alone(arena: Arena) -> None:
    tasks = await arena.come(TOLD, *({"ids": ids, "as_of": 9} for ids in ([1, 2], None, [3])))
    # The shared run was never sent.
    assert arena.runs.values == [[[1, 2], 9], [None, 9], [[3], 9]]
    await arena.runs.end(texts("one", "two"), TypeError("no list"), texts("three"))
    assert [tasks[0].result(), tasks[2].result()] == [[[b"one", b"two"]], [[b"three"]]]
    with pytest.raises(TypeError, match="no list"):
        tasks[1].result()
    assert arena.is_quiet


async def test_a_row_that_is_nobodys_is_given_to_nobody(arena: Arena) -> None:
    tasks = await arena.each(7, 8)
    await arena.runs.end([("seven", 1), ("eight", 2), ("nine", 3)])
    assert arena.runs.values == [[[7, 8]], [[7]], [[8]]]
    await arena.runs.end([("seven", 1)], [("eight", 1)])
    assert [each.result() for each in tasks] == [[("seven", 1)], [("eight", 1)]]


async def test_what_was_no_fault_of_the_database_keeps_nobody_apart(arena: Arena) -> None:
    tasks = await arena.each(1, 2)
    await arena.runs.end(TypeError("a str is required"))
    await arena.runs.end([("one", 1)], [("two", 1)])
    tasks += await arena.each(3, 4)
    assert arena.runs.values[3:] == [[[3, 4]]]
    await arena.runs.end([("three", 1), ("four", 2)])
    assert [each.result() for each in tasks] == [[("one", 1)], [("two", 1)], [("three", 1)], [("four", 2)]]


async def test_one_asker_of_several_rows_gets_all_of_them(arena: Arena) -> None:
    tasks = await arena.each(7, 8)
    await arena.runs.end([("b", 2), ("first", 1), ("a", 2), ("second", 1)])
    # In the order in which PostgreSQL gave them.
    assert [each.result() for each in tasks] == [[("first", 1), ("second", 1)], [("b", 2), ("a", 2)]]


async def test_all_that_is_told_of_customers_is_joined_in_one_order(arena: Arena) -> None:
    tasks = await arena.come(BOTH, {"ids": [1, 2], "flags": [64, 0]}, {"ids": [3], "flags": [1]})
    assert arena.runs.values == [[[1, 2, 3], [64, 0, 1]]]
    await arena.runs.end(texts("one", "two", "three"))
    assert [each.result() for each in tasks] == [[[b"one", b"two"]], [[b"three"]]]


@pytest.mark.parametrize("row", [texts("one", "two"), texts("one", "two", "three", "four"), [(None,)]])
async def test_texts_that_are_not_as_many_as_customers_are_given_to_nobody(arena: Arena, row: list[Any]) -> None:
    tasks = await arena.come(TOLD, {"ids": [1, 2], "as_of": 9}, {"ids": [3], "as_of": 9})
    await arena.runs.end(row)
    assert arena.runs.values == [[[1, 2, 3], 9], [[1, 2], 9], [[3], 9]]
    await arena.runs.end(texts("one"), texts("three"))
    with pytest.raises(Unavailable, match="other texts than of its customers"):
        tasks[0].result()
    assert tasks[1].result() == [[b"three"]]


async def test_those_told_of_other_moments_have_lines_of_their_own(arena: Arena) -> None:
    """Neither waits for a run of the other's."""
    tasks = await arena.come(TOLD, {"ids": [1], "as_of": 8})
    tasks += await arena.come(TOLD, {"ids": [2], "as_of": 9})
    assert arena.runs.values == [[[1], 8], [[2], 9]]
    await arena.runs.end(texts("eight"), texts("nine"))
    assert [each.result() for each in tasks] == [[[b"eight"]], [[b"nine"]]]
    assert arena.is_quiet


async def test_who_leaves_from_among_those_told_takes_only_their_own_rows(arena: Arena) -> None:
    tasks = await arena.come(TOLD, *({"ids": ids, "as_of": 9} for ids in ([1, 2], [3], [4])))
    await leave(tasks[0])
    await arena.runs.end(texts("one", "two", "three", "four"))
    assert [each.result() for each in tasks[1:]] == [[[b"three"]], [[b"four"]]]
    assert arena.is_quiet


@pytest.mark.parametrize("leaving", [0, 1, 2])
async def test_who_leaves_while_they_gather_costs_the_others_nothing(arena: Arena, leaving: int) -> None:
    (first,) = await arena.each(0)
    tasks = await arena.each(1, 2, 3)
    await leave(tasks.pop(leaving))
    await arena.runs.end([("zero", 1)])
    # They were together when they came, and their places do not move.
    assert arena.runs.values == [[[0]], [[1, 2, 3]]]
    await arena.runs.end([("one", 1), ("two", 2), ("three", 3)])
    rows = [("one", 1), ("two", 2), ("three", 3)]
    rows.pop(leaving)
    assert [each.result() for each in tasks] == [[row] for row in rows]
    assert first.result() == [("zero", 1)]
    assert arena.is_quiet


async def test_who_comes_to_a_group_that_all_have_left_is_answered(arena: Arena) -> None:
    (first,) = await arena.each(0)
    await leave(*await arena.each(1, 2))
    (later,) = await arena.each(3)
    await arena.runs.end([("zero", 1)])
    assert arena.runs.values == [[[0]], [[1, 2, 3]]]
    await arena.runs.end([("three", 3)])
    assert [first.result(), later.result()] == [[("zero", 1)], [("three", 3)]]
    assert arena.is_quiet


async def test_the_run_goes_on_until_the_last_has_left(arena: Arena) -> None:
    tasks = await arena.each(1, 2, 3)
    await leave(*tasks[:2])
    assert not arena.runs.answers[0].done()
    await leave(tasks[2])
    assert arena.runs.answers[0].cancelled()
    assert arena.is_quiet


async def test_a_run_that_was_left_ends_no_other(arena: Arena) -> None:
    leaving = await arena.each(1)
    staying = await arena.each(2)
    await leave(*leaving)
    # Those who gathered go when the run ends, however it ends.
    assert arena.runs.values == [[[1]], [[2]]]
    await arena.runs.end([("two", 1)])
    assert [each.result() for each in staying] == [[("two", 1)]]
    assert arena.is_quiet


async def test_who_left_does_not_ask_again_when_the_run_fails(arena: Arena) -> None:
    tasks = await arena.each(1, 2, 3)
    await leave(tasks[1])
    await arena.runs.end(Late("too long"))
    assert arena.runs.values == [[[1, 2, 3]], [[1]], [[3]]]
    await arena.runs.end([("one", 1)], [("three", 1)])
    assert [tasks[0].result(), tasks[2].result()] == [[("one", 1)], [("three", 1)]]
    assert arena.is_quiet


@pytest.mark.parametrize("error", [Crowded("queue"), Resting("open")])
async def test_who_were_turned_away_together_may_share_again_at_once(arena: Arena, error: Unavailable) -> None:
    tasks = await arena.each(1, 2)
    await arena.runs.end(error)
    assert [each.exception() for each in tasks] == [error, error]
    again = await arena.each(1, 2)
    assert arena.runs.values == [[[1, 2]], [[1, 2]]]
    await arena.runs.end([("one", 1), ("two", 2)])
    assert [each.result() for each in again] == [[("one", 1)], [("two", 2)]]
    assert arena.is_quiet

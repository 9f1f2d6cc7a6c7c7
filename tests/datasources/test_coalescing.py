"""Coalescing: who goes with whom, what each of them gets, and what becomes of a run that fails or is left."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from datasources.engine.running import coalescing
from datasources.engine.running.coalescing import Coalescer, Rows
from datasources.engine.running.statement import MAX_REQUESTS_PER_RUN, Binding, BoundParameter, Statement
from datasources.plan import Parameter
from datasources.unavailable import Crowded, Late, Lost, Resting, Unavailable

PATIENT = 60.0


def given(name: str) -> Parameter:
    return Parameter(lambda told: told[name])


EACH = Statement("there", "SELECT each", (BoundParameter(given("id"), Binding.EACH),), ())
TOLD = Statement(
    "there", "SELECT told", (BoundParameter(given("ids"), Binding.JOINED), BoundParameter(given("as_of"))), ()
)
ALIKE = Statement("there", "SELECT alike", (), ())
LISTED = Statement(
    "there", "SELECT listed", (BoundParameter(given("id"), Binding.EACH), BoundParameter(given("of"), is_list=True)), ()
)


@dataclass
class Run:
    """One run of a statement, on its way until it is answered."""

    values: list[Any]
    rows: asyncio.Future[Rows] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def answer(self) -> None:
        """A row for each asker, with what was asked and their place; the last come first."""
        (asked, *_) = self.values
        self.rows.set_result([(value, place) for place, value in reversed([*enumerate(asked, 1)])])


class Database:
    """Runs nothing until it is told to."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    async def rows(self, sql: str, values: list[Any], deadline: float) -> Rows:
        self.runs.append(Run(values))
        return await self.runs[-1].rows

    @property
    def asked(self) -> list[list[Any]]:
        return [run.values for run in self.runs]


def now() -> float:
    return asyncio.get_running_loop().time()


class Askers:
    """Those who ask one database."""

    def __init__(self) -> None:
        self.database = Database()
        self.coalescer = Coalescer(self.database)

    def ask(self, statement: Statement = EACH, *, seconds: float = PATIENT, **told: Any) -> asyncio.Task[Rows]:
        asked = statement.request_values(told)
        return asyncio.create_task(self.coalescer.rows(statement, asked, now() + seconds))

    async def come(self, *ids: int) -> list[asyncio.Task[Rows]]:
        tasks = [self.ask(id=each) for each in ids]
        await settle()
        return tasks

    @property
    def is_quiet(self) -> bool:
        return not self.coalescer._lines


async def settle() -> None:
    """Everybody goes as far as they can without the clock."""
    for _ in range(6):
        await asyncio.sleep(0)


@pytest.fixture
async def askers(monkeypatch: pytest.MonkeyPatch) -> Askers:
    # Nobody goes because of the time that has passed, unless a test says so.
    monkeypatch.setattr(coalescing, "SECONDS_TO_GATHER", PATIENT)
    return Askers()


async def answered(tasks: Sequence[asyncio.Task[Rows]]) -> list[list[Any]]:
    # Whoever is forgotten would be waited for for ever.
    return [list(rows) for rows in await asyncio.wait_for(asyncio.gather(*tasks), 10)]


async def test_who_finds_nobody_goes_at_once(askers: Askers) -> None:
    tasks = await askers.come(1)
    assert askers.database.asked == [[[1]]]
    askers.database.runs[0].answer()
    assert await answered(tasks) == [[(1, 1)]]
    assert askers.is_quiet


async def test_those_who_come_together_go_together_and_each_gets_their_own(askers: Askers) -> None:
    tasks = await askers.come(7, 8, 9)
    assert askers.database.asked == [[[7, 8, 9]]]
    askers.database.runs[0].answer()
    assert await answered(tasks) == [[(7, 1)], [(8, 2)], [(9, 3)]]
    assert askers.is_quiet
    assert (askers.coalescer.request_count, askers.coalescer.run_count) == (3, 1)


async def test_who_is_not_found_gets_no_row(askers: Askers) -> None:
    tasks = await askers.come(7, 8, 9)
    askers.database.runs[0].rows.set_result([("nine", 3), ("seven", 1)])
    assert await answered(tasks) == [[("seven", 1)], [], [("nine", 3)]]


async def test_nobody_joins_a_run_that_was_sent(askers: Askers) -> None:
    """Whoever comes after a consent was withdrawn must not be answered by a run from before."""
    first = await askers.come(1)
    later = await askers.come(2, 3)
    assert askers.database.asked == [[[1]]]
    askers.database.runs[0].answer()
    await settle()
    assert askers.database.asked == [[[1]], [[2, 3]]]
    assert not later[0].done()
    askers.database.runs[1].answer()
    assert await answered([*first, *later]) == [[(1, 1)], [(2, 1)], [(3, 2)]]
    assert askers.is_quiet


async def test_enough_of_them_do_not_wait(askers: Askers) -> None:
    first = await askers.come(0)
    many = await askers.come(*range(1, MAX_REQUESTS_PER_RUN + 2))
    assert askers.database.asked == [[[0]], [[*range(1, MAX_REQUESTS_PER_RUN + 1)]]]
    askers.database.runs[0].answer()
    await settle()
    assert askers.database.asked[2:] == [[[MAX_REQUESTS_PER_RUN + 1]]]
    for run in askers.database.runs[1:]:
        run.answer()
    assert len(await answered([*first, *many])) == MAX_REQUESTS_PER_RUN + 2


async def test_nobody_waits_long_for_a_slow_run(askers: Askers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coalescing, "SECONDS_TO_GATHER", 0.01)
    slow = await askers.come(1)
    others = await askers.come(2, 3)
    assert askers.database.asked == [[[1]]]
    while len(askers.database.runs) < 2:  # noqa: ASYNC110 - the clock tells nobody else
        await asyncio.sleep(0.005)
    assert askers.database.asked == [[[1]], [[2, 3]]]
    askers.database.runs[1].answer()
    assert await answered(others) == [[(2, 1)], [(3, 2)]]
    assert not slow[0].done()
    askers.database.runs[0].answer()
    await answered(slow)
    assert askers.is_quiet


async def test_lists_of_customers_are_joined_and_cut(askers: Askers) -> None:
    tasks = [askers.ask(TOLD, ids=ids, as_of=9) for ids in ([1, 2], [], [3])]
    await settle()
    assert askers.database.asked == [[[1, 2, 3], 9]]
    askers.database.runs[0].rows.set_result([(b"one\x1etwo\x1ethree", b"1\x1e2\x1e3")])
    assert await answered(tasks) == [[[b"one", b"two"], [b"1", b"2"]], [[], []], [[b"three"], [b"3"]]]


async def test_those_told_of_other_moments_do_not_share(askers: Askers) -> None:
    tasks = [askers.ask(TOLD, ids=[1], as_of=8), askers.ask(TOLD, ids=[1], as_of=9)]
    await settle()
    assert askers.database.asked == [[[1], 8], [[1], 9]]
    for run, text in zip(askers.database.runs, (b"eight", b"nine"), strict=True):
        run.rows.set_result([(text,)])
    assert await answered(tasks) == [[[b"eight"]], [[b"nine"]]]


async def test_a_list_that_somebody_gave_is_shared_with_nobody(askers: Askers) -> None:
    tasks = [askers.ask(LISTED, id=each, of=["DE"]) for each in (1, 2)]
    await settle()
    assert askers.database.asked == [[[1], ["DE"]], [[2], ["DE"]]]
    for run in askers.database.runs:
        run.rows.set_result([("row", 1)])
    assert await answered(tasks) == [[("row", 1)]] * 2


async def test_those_who_ask_the_very_same_get_the_same_rows(askers: Askers) -> None:
    tasks = [askers.ask(ALIKE), askers.ask(ALIKE)]
    await settle()
    assert askers.database.asked == [[]]
    askers.database.runs[0].rows.set_result([("all",)])
    assert await answered(tasks) == [[("all",)]] * 2


async def test_after_a_shared_run_failed_each_asks_alone_and_only_one_is_at_fault(askers: Askers) -> None:
    tasks = await askers.come(1, 2)
    askers.database.runs[0].rows.set_exception(Late("too much of somebody"))
    await settle()
    assert askers.database.asked[1:] == [[[1]], [[2]]]
    askers.database.runs[1].answer()
    askers.database.runs[2].rows.set_exception(Late("too much of two"))
    assert list(await tasks[0]) == [(1, 1)]
    with pytest.raises(Late, match="too much of two"):
        await tasks[1]
    assert askers.is_quiet


async def test_for_a_while_after_that_everybody_asks_alone(askers: Askers, monkeypatch: pytest.MonkeyPatch) -> None:
    await _fail_together(askers)
    tasks = await askers.come(3, 4)
    assert askers.database.asked[-2:] == [[[3]], [[4]]]
    for run in askers.database.runs[-2:]:
        run.answer()
    await answered(tasks)
    monkeypatch.setattr(coalescing, "SECONDS_UNSHARED", -1.0)
    askers.coalescer._unshared.clear()
    await _fail_together(askers)
    tasks = await askers.come(5, 6)
    assert askers.database.asked[-1:] == [[[5, 6]]]
    askers.database.runs[-1].answer()
    await answered(tasks)


async def _fail_together(askers: Askers) -> None:
    tasks = await askers.come(1, 2)
    askers.database.runs[-1].rows.set_exception(Lost("gone"))
    await settle()
    for run in askers.database.runs[-2:]:
        run.answer()
    await answered(tasks)


@pytest.mark.parametrize("error", [Crowded("queue"), Resting("open")])
async def test_a_crowd_is_not_made_larger(askers: Askers, error: Unavailable) -> None:
    tasks = await askers.come(1, 2)
    askers.database.runs[0].rows.set_exception(error)
    for each in tasks:
        with pytest.raises(type(error)):
            await each
    assert len(askers.database.runs) == 1


@pytest.mark.parametrize("error", [Lost("gone"), TypeError("a str is required")])
async def test_who_goes_alone_is_told_at_once_what_went_wrong(askers: Askers, error: Exception) -> None:
    (task,) = await askers.come(1)
    askers.database.runs[0].rows.set_exception(error)
    with pytest.raises(type(error)):
        await task
    assert len(askers.database.runs) == 1


async def test_a_value_that_the_driver_does_not_take_costs_its_owner_alone(askers: Askers) -> None:
    tasks = await askers.come(1, 2)
    askers.database.runs[0].rows.set_exception(TypeError("a str is required"))
    await settle()
    askers.database.runs[1].answer()
    askers.database.runs[2].rows.set_exception(TypeError("a str is required"))
    assert list(await tasks[0]) == [(1, 1)]
    with pytest.raises(TypeError):
        await tasks[1]


async def test_nobody_waits_for_a_run_that_somebody_else_ended(askers: Askers) -> None:
    tasks = await askers.come(1, 2)
    askers.database.runs[0].rows.cancel()
    await settle()
    assert askers.database.asked[1:] == [[[1]], [[2]]]
    for run in askers.database.runs[1:]:
        run.answer()
    assert await answered(tasks) == [[(1, 1)], [(2, 1)]]
    assert askers.is_quiet


async def test_one_who_has_hardly_any_time_keeps_nobody_apart(askers: Askers) -> None:
    tasks = [askers.ask(id=1), askers.ask(id=2, seconds=0.15)]
    await settle()
    askers.database.runs[0].rows.set_exception(Late("in no time"))
    await settle()
    for run in askers.database.runs[1:]:
        run.answer()
    await answered(tasks)
    again = await askers.come(3, 4)
    assert askers.database.asked[-1] == [[3, 4]]
    askers.database.runs[-1].answer()
    await answered(again)


async def test_who_leaves_costs_the_others_nothing(askers: Askers) -> None:
    tasks = await askers.come(1, 2)
    tasks[0].cancel()
    await settle()
    askers.database.runs[0].answer()
    assert list(await tasks[1]) == [(2, 2)]
    assert tasks[0].cancelled()


async def test_a_run_that_all_have_left_is_ended(askers: Askers) -> None:
    tasks = await askers.come(1, 2)
    for each in tasks:
        each.cancel()
    await settle()
    assert askers.database.runs[0].rows.cancelled()
    assert askers.is_quiet
    again = await askers.come(3)
    askers.database.runs[1].answer()
    assert await answered(again) == [[(3, 1)]]


async def test_who_leaves_before_they_go_is_not_asked_for_when_nobody_else_is(askers: Askers) -> None:
    first = await askers.come(1)
    gone = await askers.come(2)
    gone[0].cancel()
    await settle()
    askers.database.runs[0].answer()
    await settle()
    assert askers.database.asked == [[[1]]]
    assert await answered(first) == [[(1, 1)]]
    assert askers.is_quiet

"""A department that misbehaves costs its own fields, at once when it failed often; and it is found when it is back."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from datasources.engine.running.breaker import FAILURES_TO_OPEN, State
from datasources.engine.running.databases import QUEUE_PER_PLACE
from tests.faults.proxy import Mode, proxies
from tests.faults.served import CARD, Answered, Served, served

pytestmark = pytest.mark.alone
# How long a department may take here: a machine that is busy with other things answers far sooner.
BUDGET = {"deadline_ms": "20000", "department_budget_ms": "1000"}
SECONDS = 60


def without(whole: Answered, department: str) -> Any:
    return {"customer": {**whole.body["data"]["customer"], department: None}}


def codes(answered: Answered) -> list[tuple[str, str]]:
    return [(each["extensions"]["code"], each["extensions"]["department"]) for each in answered.body.get("errors", ())]


async def ask_until(server: Served, wanted: Answered) -> None:
    async with asyncio.timeout(SECONDS):
        while (await server.ask()).body != wanted.body:  # noqa: ASYNC110 - nothing tells when a breaker closes
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("mode", [Mode.FROZEN, Mode.RESETTING, Mode.HALF_OPEN])
async def test_it_costs_its_own_fields_until_it_is_back(
    mode: Mode, seeded_apart: dict[str, str], tmp_path: Path
) -> None:
    async with (
        proxies(seeded_apart, ["finance"]) as by,
        served(seeded_apart | {"finance": by["finance"].url}, tmp_path, **BUDGET) as server,
    ):
        whole = await server.ask()
        assert codes(whole) == []
        by["finance"].be(mode)
        for answered in [await server.ask() for _ in range(FAILURES_TO_OPEN + 1)]:
            assert answered.body["data"] == without(whole, "finance")
            assert codes(answered) == [("DEPARTMENT_UNAVAILABLE", "finance")]
        assert server.databases[by["finance"].url].patience.breaker.state is State.OPEN
        by["finance"].be(Mode.WELL)
        await ask_until(server, whole)
        pools = [server.databases[url].pool for url in server.databases.homes.values()]
        assert [(pool.places.in_use, pool.places.waiting) for pool in pools] == [(0, 0)] * 5


async def test_while_its_breaker_is_open_it_is_not_asked(seeded_apart: dict[str, str], tmp_path: Path) -> None:
    async with (
        proxies(seeded_apart, ["finance"]) as by,
        served(seeded_apart | {"finance": by["finance"].url}, tmp_path, **BUDGET) as server,
    ):
        whole = await server.ask()
        database = server.databases[by["finance"].url]
        # It stays open for as long as the test looks.
        database.patience.breaker._seconds_open = float("inf")
        database.patience.breaker._open()
        answered = await server.ask()
        assert (answered.body["data"], codes(answered)) == (
            without(whole, "finance"),
            [("DEPARTMENT_UNAVAILABLE", "finance")],
        )
        assert database.pool.places.in_use == 0


async def test_core_is_denied_at_once_while_its_breaker_is_open(seeded: dict[str, str], tmp_path: Path) -> None:
    async with served(seeded, tmp_path, **BUDGET) as server:
        breaker = server.databases[seeded["core"]].patience.breaker
        breaker._seconds_open = float("inf")
        breaker._open()
        answered = await server.ask()
        assert (answered.body["data"], codes(answered)) == ({"customer": None}, [("CORE_UNAVAILABLE", "core")])


async def test_a_connection_that_broke_unseen_costs_nothing(seeded_apart: dict[str, str], tmp_path: Path) -> None:
    async with (
        proxies(seeded_apart, ["core", "finance"]) as by,
        served(seeded_apart | {name: proxy.url for name, proxy in by.items()}, tmp_path, **BUDGET) as server,
    ):
        whole = await server.ask()
        for proxy in by.values():
            proxy.be(Mode.RESETTING)
            proxy.be(Mode.WELL)
        assert (await server.ask()).body == whole.body


async def test_no_more_wait_for_a_slow_department_than_may(seeded_apart: dict[str, str], tmp_path: Path) -> None:
    """One connection runs, QUEUE_PER_PLACE wait for it, and the others go without at once."""
    async with (
        proxies(seeded_apart, ["finance"]) as by,
        served(seeded_apart | {"finance": by["finance"].url}, tmp_path, deadline_ms="20000", pool_size="1") as server,
    ):
        # Each asks finance something else: of the same, eight would share a place. What is known takes no time.
        documents = [CARD.replace("{ amount", f"{{ amount{n}: amount", 1) for n in range(QUEUE_PER_PLACE + 4)]
        whole = [await server.ask(each) for each in documents]
        pool = server.databases[by["finance"].url].pool
        by["finance"].be(Mode.FROZEN)
        asked = [asyncio.create_task(server.ask(each)) for each in documents]
        # The first that is answered found no place to wait.
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        assert (pool.places.in_use, pool.places.waiting) == (1, QUEUE_PER_PLACE)
        by["finance"].be(Mode.WELL)
        answers = [await each for each in asked]
    # The other departments have one connection each here as well, and may be crowded themselves.
    finance = [[each.body["data"]["customer"]["finance"] for each in some] for some in (answers, whole)]
    assert [found == its for found, its in zip(*finance, strict=True)].count(True) == 1 + QUEUE_PER_PLACE
    assert [("DEPARTMENT_UNAVAILABLE", "finance") in codes(each) for each in answers].count(True) == 3

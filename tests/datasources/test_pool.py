"""The pool: whatever happens to a connection, whoever has it is told of what kind it was, and its place is free."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import pytest

from datasources.engine.pools.pool import ReadPool
from datasources.engine.pools.sessions import plan_session
from datasources.engine.running.patience import RetryBudget
from datasources.unavailable import BadData, Crowded, Late, Lost, Unavailable


def now() -> float:
    return asyncio.get_running_loop().time()


@pytest.fixture
def pool(database_url: str) -> Iterator[ReadPool]:
    made = ReadPool(database_url, plan_session(60_000), size=1, queue=1)
    yield made
    made.terminate()


@contextmanager
def told(kind: type[Unavailable]) -> Iterator[None]:
    with pytest.raises(Unavailable) as raised:
        yield
    assert type(raised.value) is kind


async def test_what_takes_too_long_is_late(pool: ReadPool) -> None:
    with told(Late):
        await pool.fetch("SELECT pg_sleep(600)::text", [], now() + 0.2)
    assert pool.places.in_use == 0
    assert [tuple(row) for row in await pool.fetch("SELECT '1'", [], now() + 60)] == [(b"1",)]


async def test_a_driver_that_stumbles_when_it_is_cut_off_is_late(pool: ReadPool) -> None:
    with told(Late):
        async with pool.connection(now() + 0.2) as connection:
            while not connection.is_closed():  # noqa: ASYNC110 - the alarm tells nobody else
                await asyncio.sleep(0.01)
            raise AttributeError("'NoneType' object has no attribute 'bind_execute'")


async def test_a_fault_of_ours_stays_one(pool: ReadPool) -> None:
    with pytest.raises(AttributeError):
        async with pool.connection(now() + 60):
            raise AttributeError("ours")
    assert pool.places.in_use == 0


async def test_a_connection_that_the_server_ends_is_lost(pool: ReadPool, database_url: str) -> None:
    ((pid,),) = await pool.fetch("SELECT pg_backend_pid()", [], now() + 60)
    asked = asyncio.create_task(pool.fetch("SELECT pg_sleep(600)::text", [], now() + 60))
    other = await asyncpg.connect(database_url)
    await other.execute("SELECT pg_terminate_backend($1)", pid)
    await other.close()
    with told(Lost):
        await asked
    assert pool.places.in_use == 0


async def test_a_statement_that_fails_is_the_statements_fault(pool: ReadPool) -> None:
    with told(BadData):
        await pool.fetch("SELECT 1 / 0", [], now() + 60)


async def test_who_finds_no_place_or_no_turn_was_not_asked(pool: ReadPool) -> None:
    async with pool.connection(now() + 60):
        waiting = asyncio.create_task(pool.fetch("SELECT 1", [], now() + 0.2))
        await asyncio.sleep(0)
        with told(Crowded):
            await pool.fetch("SELECT 1", [], now() + 60)
        with told(Crowded):
            await waiting
        assert pool.places.waiting == 0


async def test_nobody_there_is_lost() -> None:
    nobody = ReadPool("postgresql://nobody@127.0.0.1:9/nothing", plan_session(1000), size=1)
    with told(Lost):
        await nobody.fetch("SELECT 1", [], now() + 60)
    assert nobody.places.in_use == 0


def test_retries_are_a_share_of_what_is_asked() -> None:
    budget = RetryBudget(share=0.2, most=2)
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    taken = 0
    for _ in range(100):
        budget.earn()
        taken += budget.spend()
    assert taken == 20

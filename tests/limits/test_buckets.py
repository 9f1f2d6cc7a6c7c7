"""The shared buckets on a real database: several processes draw at once, and together take no more than there is."""

import asyncio

import asyncpg
import pytest

from auth.rates import BucketsUnavailable, Level, Rate
from bench.abuse import NOWHERE
from datasources.core.buckets import CommonBuckets
from tests.conftest import Addresses

SLOW = Rate(capacity=100, per_second=0.0001)


async def test_those_who_draw_at_once_take_no_more_than_there_is(addresses: Addresses) -> None:
    async with CommonBuckets.open(addresses["core"]) as one, CommonBuckets.open(addresses["core"]) as other:
        await asyncio.gather(one.draw("warm", 1, SLOW), other.draw("warm", 1, SLOW))
        drawn = await asyncio.gather(*(each.draw("kim", 10, SLOW) for _ in range(25) for each in (one, other)))
    assert sum(level.is_enough for level in drawn) == 10


async def test_a_bucket_fills_and_overflows(addresses: Addresses) -> None:
    async with CommonBuckets.open(addresses["core"]) as buckets:
        assert await buckets.draw("lou", 60, SLOW) == Level(True, 40)
        refused = await buckets.draw("lou", 60, SLOW)
        assert (refused.is_enough, round(refused.left)) == (False, 40)
        await _age(addresses, seconds=200_000)
        filled = await buckets.draw("lou", 0, SLOW)
        assert (filled.is_enough, round(filled.left)) == (True, 60)
        assert (await buckets.draw("lou", -70, SLOW)).left == 100
        assert await buckets.draw("new", -70, SLOW) == Level(True, 100)


async def test_the_table_holds_nobodys_name_and_no_log(addresses: Addresses) -> None:
    async with CommonBuckets.open(addresses["core"]) as buckets:
        await buckets.draw("person kim", 1, SLOW)
    connection = await asyncpg.connect(addresses["core"])
    try:
        (persistence,) = await connection.fetch(
            "SELECT relpersistence FROM pg_class WHERE oid = 'core.rate_bucket'::regclass"
        )
        keys = [row["key"] for row in await connection.fetch("SELECT key FROM core.rate_bucket")]
    finally:
        await connection.close()
    assert persistence["relpersistence"] == b"u"
    assert {len(key) for key in keys} == {32}


async def test_old_buckets_are_forgotten_at_the_start(addresses: Addresses) -> None:
    async with CommonBuckets.open(addresses["core"]) as buckets:
        await buckets.draw("old", 100, SLOW)
    await _age(addresses, seconds=100_000)
    async with CommonBuckets.open(addresses["core"]) as buckets:
        assert await buckets.draw("old", 100, Rate(100, 1e-9)) == Level(True, 0)


async def test_a_database_that_is_away_is_said_to_be() -> None:
    async with CommonBuckets.open(NOWHERE) as buckets:
        with pytest.raises(BucketsUnavailable):
            await buckets.draw("kim", 1, SLOW)


async def _age(addresses: Addresses, seconds: int) -> None:
    """Move the last draw so many seconds into the past."""
    connection = await asyncpg.connect(addresses["core"])
    try:
        await connection.execute(
            "UPDATE core.rate_bucket SET as_of = as_of - make_interval(secs => $1)", float(seconds)
        )
    finally:
        await connection.close()

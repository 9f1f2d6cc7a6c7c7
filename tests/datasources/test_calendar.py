"""Dates and moments go to PostgreSQL and come back as they are, up to both ends of the calendar."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import asyncpg
import pytest

from datasources.engine.pools.sessions import MAINTENANCE, Session, authorization_session, connected, driver_pool

DAYS = [date.min, date(1, 1, 2), date(1999, 12, 31), date(2000, 1, 1), date(2024, 2, 29), date(9999, 12, 30), date.max]
MOMENTS = [
    datetime.min.replace(tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
]
HERE = timezone(timedelta(hours=-2))


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Any]:
    async with connected(database_url) as opened:
        yield opened


@pytest.mark.parametrize("day", DAYS)
async def test_a_day_comes_back_as_it_went_in(connection: Any, day: date) -> None:
    assert tuple(await connection.fetchrow("SELECT $1::date::text, $1::date, isfinite($1::date)", day)) == (
        day.isoformat(),
        day,
        True,
    )
    assert await connection.fetchval("SELECT $1::date[]", [day, None]) == [day, None]


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_moment_comes_back_as_it_went_in(connection: Any, moment: datetime) -> None:
    assert await connection.fetchval("SELECT $1::timestamptz", moment) == moment
    assert await connection.fetchval("SELECT isfinite($1::timestamptz)", moment)
    assert await connection.fetchval("SELECT $1::timestamptz[]", [moment, None]) == [moment, None]


async def test_copied_rows_keep_their_days(connection: Any) -> None:
    await connection.execute("CREATE TEMPORARY TABLE day (on_ date, at_ timestamptz)")
    rows = [(DAYS[0], MOMENTS[0]), (DAYS[-1], MOMENTS[-1]), (None, None)]
    await connection.copy_records_to_table("day", records=rows)
    assert [tuple(row) for row in await connection.fetch("SELECT on_, at_ FROM day ORDER BY on_")] == rows
    assert await connection.fetchval("SELECT count(*) FROM day WHERE NOT (isfinite(on_) AND isfinite(at_))") == 0


async def test_another_zone_is_the_same_moment(connection: Any) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678_901, HERE)
    assert await connection.fetchval("SELECT $1::timestamptz::text", moment) == "2026-01-02 05:04:05.678901+00"


@pytest.mark.parametrize("moment", [datetime(2026, 1, 1), datetime.max.replace(tzinfo=HERE)])  # noqa: DTZ001 - refused
async def test_what_is_no_moment_of_the_calendar_is_refused(connection: Any, moment: datetime) -> None:
    with pytest.raises(asyncpg.DataError):
        await connection.fetchval("SELECT $1::timestamptz", moment)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("'infinity'::date", date.max),
        ("'-infinity'::date", date.min),
        ("'10000-01-01'::date", date.max),
        ("'0001-12-31 BC'::date", date.min),
        ("'infinity'::timestamptz", MOMENTS[-1]),
        ("'0001-12-31 BC'::timestamptz", MOMENTS[0]),
    ],
)
async def test_what_lies_beyond_the_calendar_reads_as_its_end(connection: Any, written: str, read: Any) -> None:
    assert await connection.fetchval(f"SELECT {written}") == read


async def test_every_session_keeps_days(database_url: str) -> None:
    async with driver_pool(database_url, authorization_session(1000), size=1, seconds=10) as pool:
        assert await pool.fetchval("SELECT $1::date::text", date.max) == "9999-12-31"
    for session in (MAINTENANCE, Session()):
        async with connected(database_url, session) as opened:
            assert await opened.fetchval("SELECT $1::date::text", date.min) == "0001-01-01"

from datetime import UTC, datetime, timedelta, timezone

import pytest

from datasources.jobs.cron import Cron


@pytest.mark.parametrize(
    ("text", "after", "following"),
    [
        ("* * * * *", "2026-11-30 23:59", "2026-12-01 00:00"),
        ("10 3 * * *", "2026-11-30 03:10", "2026-12-01 03:10"),
        ("10 3 * * *", "2026-11-30 03:09", "2026-11-30 03:10"),
        ("*/15 * * * *", "2026-11-30 10:31", "2026-11-30 10:45"),
        ("5-20/10,50 8 * * *", "2026-11-30 08:15", "2026-11-30 08:50"),
        ("0 0 29 2 *", "2026-11-30 00:00", "2028-02-29 00:00"),
        ("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00"),
        # 30 November 2026 is a Monday.
        ("0 6 * * 1-5", "2026-12-04 06:00", "2026-12-07 06:00"),
        ("0 6 * * 0", "2026-11-30 00:00", "2026-12-06 06:00"),
        # Day of month or day of week, as cron has it.
        ("0 6 3 * 0", "2026-11-30 00:00", "2026-12-03 06:00"),
        ("0 6 31 12 *", "2026-12-31 06:00", "2027-12-31 06:00"),
    ],
)
def test_the_next_time(text: str, after: str, following: str) -> None:
    found = Cron.parse(text).next_after(datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(following).replace(tzinfo=UTC)


def test_a_moment_of_another_zone_counts_in_utc() -> None:
    stockholm = timezone(timedelta(hours=1))
    found = Cron.parse("0 0 * * *").next_after(datetime(2026, 12, 1, 0, 30, tzinfo=stockholm))
    assert found == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *("", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7"),
        *("a * * * *", "-1 * * * *", "5-1 * * * *", "*/0 * * * *", "1,,2 * * * *", "\u0663 * * * *"),
    ],
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"field|between"):
        Cron.parse(text)


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(ValueError, match="no day matches"):
        Cron.parse("0 0 30 2 *").next_after(datetime(2026, 11, 30, tzinfo=UTC))

"""Date, DateTime and CountryCode arguments: RFC 3339 and ISO 3166-1, and nothing that only looks like them."""

from datetime import UTC, date, datetime

import pytest
from graphql import GraphQLError

from schema.scalars import parse_country, parse_date, parse_moment


@pytest.mark.parametrize("day", [date.min, date(2026, 1, 31), date(2024, 2, 29), date.max])
def test_full_dates_are_read_as_they_are(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    "text",
    ["2026-W05-6", "20260131", "2026-1-31", "2026-02-30", "2026-01-31T00:00:00Z", "0000-01-01", "٢٠٢٦-01-31", ""],
)
def test_other_dates_are_refused(text: str) -> None:
    with pytest.raises(GraphQLError, match=r"^Date is written YYYY-MM-DD \(RFC 3339 full-date\)\.$"):
        parse_date(text)


def test_moments_come_in_utc() -> None:
    assert parse_moment("2026-01-31T10:30:00.5+01:00") == datetime(2026, 1, 31, 9, 30, 0, 500_000, tzinfo=UTC)
    assert parse_moment("2026-01-31t09:30:00z") == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-W05-6T10:00:00Z", "20260131T100000Z", "2026-01-31", "2026-01-31T10Z"])
def test_other_moments_are_refused(text: str) -> None:
    with pytest.raises(GraphQLError, match="DateTime is written like"):
        parse_moment(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-01:00"])
def test_a_moment_outside_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(GraphQLError, match=r"^DateTime is outside the years 1 to 9999 in UTC\.$"):
        parse_moment(text)


@pytest.mark.parametrize("code", ["UK", "ZZ", "XX", "EN", "XK", "se", "SWE", ""])
def test_what_is_no_country(code: str) -> None:
    with pytest.raises(GraphQLError, match="CountryCode is a country of ISO 3166-1"):
        parse_country(code)


def test_a_country() -> None:
    assert parse_country("SE") == "SE"

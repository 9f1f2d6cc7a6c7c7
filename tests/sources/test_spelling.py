"""Values are spelled and masked exactly as PostgreSQL does it, and malformed ones are refused."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import asyncpg
import pytest
from sqlalchemy import ColumnElement, Text, literal, select
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from auth.policy.effects import Mask
from datasources.compiler.plain.spelling import SPELLINGS, mask_text
from datasources.compiler.sql.fields import mask_text as masked_in_sql
from datasources.core.codes import Channel
from datasources.json_text import Kind
from datasources.sources import columns
from datasources.sources.columns import Malformed

MOMENTS = [
    datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC),
    datetime(2026, 11, 22, 1, 2, 3, 400_000, tzinfo=UTC),
    datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(1, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
]
TEXTS = ["", "Ångström 👍", 'say "hi"\\', "\t\n\r\b\f\x01\x1e\x1f\x7f", "\u2028</script>", "•"]
NUMBERS = [0, -5, 10**12, 0.5, 1.0, 1e-05, 123456.789]


@pytest.mark.parametrize(("type_", "kind", "values"), [
    ("timestamptz", Kind.TIME, MOMENTS),
    ("date", Kind.TIME, [date(2026, 1, 2), date(1, 1, 2)]),
    ("text", Kind.TEXT, TEXTS),
    ("boolean", Kind.BOOLEAN, [True, False]),
])  # fmt: skip
async def test_values_are_spelled_as_postgresql_does(
    type_: str, kind: Kind, values: list[Any], database_url: str
) -> None:
    connection = await asyncpg.connect(database_url, server_settings={"timezone": "UTC"})
    try:
        spelled = [await connection.fetchval(f"SELECT to_json($1::{type_})::text", each) for each in values]
    finally:
        await connection.close()
    assert [SPELLINGS[kind](each) for each in values] == spelled


async def test_numbers_are_spelled_as_postgresql_does(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        spelled = [
            await connection.fetchval(f"SELECT $1::{'bigint' if isinstance(each, int) else 'float8'}::text", each)
            for each in NUMBERS
        ]
    finally:
        await connection.close()
    assert [SPELLINGS[Kind.NUMBER](each) for each in NUMBERS] == spelled


@pytest.mark.parametrize("mask", Mask)
async def test_texts_are_masked_as_postgresql_does(mask: Mask, database_url: str) -> None:
    texts = ["", *("123456789"[:length] for length in range(1, 10)), "Ångström 👍"]
    connection = await asyncpg.connect(database_url)
    try:
        shown = [await connection.fetchval(_literally(masked_in_sql(mask, literal(each, Text())))) for each in texts]
    finally:
        await connection.close()
    assert [mask_text(mask, each) for each in texts] == shown


def _literally(expression: ColumnElement[Any]) -> str:
    postgresql = dialect()  # type: ignore[no-untyped-call]
    return str(select(expression).compile(dialect=postgresql, compile_kwargs={"literal_binds": True}))


GOOD = [
    (columns.text, "x", "x"),
    (columns.identifier, "6A65EEE4-A762-45BA-88CD-BB7C46F970D7", "6a65eee4-a762-45ba-88cd-bb7c46f970d7"),
    (columns.code(Channel), "EMAIL", "EMAIL"),
    (columns.whole, 5, 5),
    (columns.ratio, 5, 5.0),
    (columns.decimal, "12.50", "12.50"),
    (columns.flag, False, False),
    (columns.day, "2026-11-22", date(2026, 11, 22)),
    (columns.moment, "2026-11-22T02:00:00.5+01:00", datetime(2026, 11, 22, 1, 0, 0, 500_000, tzinfo=UTC)),
    (columns.moment, "2026-11-22T01:00:00Z", datetime(2026, 11, 22, 1, tzinfo=UTC)),
    (columns.optional(columns.whole), None, None),
]
BAD = [
    (columns.text, 5),
    (columns.text, "a\0b"),
    (columns.text, None),
    (columns.identifier, "C-000001"),
    (columns.code(Channel), "PIGEON"),
    (columns.code(Channel), ["EMAIL"]),
    (columns.whole, True),
    (columns.text, "\ud800"),
    (columns.whole, 5.0),
    (columns.ratio, True),
    (columns.ratio, "5"),
    (columns.decimal, 12.5),
    (columns.decimal, "1e5"),
    (columns.decimal, '1"'),
    (columns.flag, 0),
    (columns.day, "2026-13-01"),
    (columns.day, "20260131"),
    (columns.day, "2026-W05-6"),
    (columns.day, "infinity"),
    (columns.ratio, float("nan")),
    (columns.ratio, float("inf")),
    (columns.moment, "20260131T100000Z"),
    (columns.moment, "9999-12-31T23:59:59-02:00"),
    (columns.moment, "2026-11-22T01:00:00"),
    (columns.moment, "yesterday"),
    (columns.moment, "0001-01-01T00:00:00+14:00"),
    (columns.optional(columns.whole), "5"),
]


@pytest.mark.parametrize(("read", "given", "value"), GOOD)
def test_a_value_is_read(read: columns.Reader, given: Any, value: Any) -> None:
    assert read(given) == value


@pytest.mark.parametrize(("read", "given"), BAD)
def test_what_is_no_such_value_is_refused(read: columns.Reader, given: Any) -> None:
    with pytest.raises(Malformed) as refused:
        read(given)
    assert str(refused.value) == ""


def test_a_moment_elsewhere_is_the_same_moment() -> None:
    there = datetime(2026, 11, 22, 3, tzinfo=timezone(timedelta(hours=2)))
    assert columns.moment(there.isoformat()) == there
    assert SPELLINGS[Kind.TIME](columns.moment(there.isoformat())) == '"2026-11-22T01:00:00+00:00"'

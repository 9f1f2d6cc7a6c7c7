"""Values at the edges: minor units, the ends of the calendar, extensions; taken as they are or refused by name."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Column

from datasources.columns import Money
from datasources.currencies import DECIMALS
from datasources.departments import METADATA
from tests.datasources.imports.shop import Shop

CUSTOMER = """
[[target]]
table = "core.customer"
key = ["no"]
[target.set]
number = { text = "E-{no}" }
status = { constant = "ACTIVE" }
kind = { constant = "INDIVIDUAL" }
display_name = { text = "Edge {no}" }
"""
ACCOUNTS = f"""
source = "edge"
[file]
[columns]
no = {{ type = "text" }}
currency = {{ type = "currency" }}
balance = {{ type = "decimal" }}
{CUSTOMER}
[[target]]
table = "finance.account"
key = ["no"]
[target.set]
customer_id = {{ id_of = "core.customer" }}
number = {{ text = "A-{{no}}" }}
currency = {{ column = "currency" }}
balance = {{ column = "balance" }}
opened_on = {{ constant = 2020-01-01 }}
"""
DATES = f"""
source = "edge"
[file]
[columns]
no = {{ type = "text" }}
born = {{ type = "date", required = false }}
seen = {{ type = "timestamp", zone = "Asia/Tokyo", required = false }}
{CUSTOMER}
birth_date = {{ column = "born" }}
[[target]]
table = "core.identifier"
key = ["no"]
[target.set]
customer_id = {{ id_of = "core.customer" }}
system = {{ constant = "edge" }}
type = {{ constant = "no" }}
value = {{ column = "no" }}
first_seen_at = {{ column = "seen" }}
"""
PHONES = f"""
source = "edge"
[file]
[columns]
no = {{ type = "text" }}
phone = {{ type = "phone" }}
{CUSTOMER}
[[target]]
table = "core.contact_point"
key = ["phone"]
[target.set]
customer_id = {{ id_of = "core.customer" }}
kind = {{ constant = "PHONE" }}
value = {{ column = "phone" }}
"""
CALLS = f"""
source = "edge"
[file]
[columns]
no = {{ type = "text" }}
phone = {{ type = "phone" }}
{CUSTOMER}
[[target]]
table = "service.call"
key = ["no"]
[target.set]
customer_id = {{ id_of = "core.customer" }}
direction = {{ constant = "INBOUND" }}
started_at = {{ constant = 2026-01-01T00:00:00Z }}
duration_seconds = {{ constant = 1 }}
caller_number = {{ column = "phone" }}
"""


async def test_amounts_have_the_decimals_of_their_currency(tmp_path: Path, empty: dict[str, str]) -> None:
    shop = Shop(tmp_path, empty, ACCOUNTS)
    lines = (
        "1,JPY,1500",
        "2,JPY,1234.5",
        "3,KWD,1.2345",
        "4,EUR,1e-30",
        "5,JPY,1234.0",
        "6,KWD,1.234",
        "7,CLF,1.2345",
    )
    zeros = ("8,JPY,0", "9,EUR,0", "10,KWD,0", "11,EUR,-1.5", "12,EUR,1e30")
    summary = await shop.load(*lines, *zeros, header="no,currency,balance")
    assert (summary.accepted, summary.rejected) == (9, 3)
    assert [row[:3] for row in shop.refused()] == [
        ["3", "balance", "has more decimals than an amount like 1234 JPY"],
        ["4", "balance", "has more decimals than an amount like 1234.567 KWD"],
        ["5", "balance", "has more decimals than an amount like 1234.56 EUR"],
    ]
    rows = await shop.rows("SELECT number, balance::text FROM finance.account ORDER BY substr(number, 3)::int")
    assert dict(rows) == {
        "A-1": "1500",
        "A-5": "1234",
        "A-6": "1.234",
        "A-7": "1.2345",
        "A-8": "0",
        "A-9": "0.00",
        "A-10": "0.000",
        "A-11": "-1.50",
        "A-12": f"{10**30}.00",
    }


async def test_a_computed_total_is_rounded_and_its_lines_are_not(tmp_path: Path, empty: dict[str, str]) -> None:
    shop = Shop(tmp_path, empty)
    lines = ("17,A1,2026-01-02,Tea,3,0.335,GBP,,,", "17,A1,2026-01-02,Jam,0.123,0.1234567,GBP,,,")
    summary = await shop.load(*lines, "17,A1,2026-01-02,Salt,0.123,0.123456,GBP,,,")
    assert [row[:3] for row in shop.refused()] == [["3", "price", "has more decimals than an amount like 1234.56 GBP"]]
    assert summary.accepted == 2
    amounts = await shop.rows("SELECT amount FROM sales.order_line ORDER BY 1")
    assert amounts == [(Decimal("0.015185"),), (Decimal("1.005"),)]
    assert await shop.rows("SELECT total::text FROM sales.sales_order") == [("1.02",)]


async def test_a_fraction_in_a_mapping_is_exact(tmp_path: Path, empty: dict[str, str]) -> None:
    shop = Shop(tmp_path, empty, ACCOUNTS.replace('{ column = "balance" }', "{ constant = 4.9 }"))
    await shop.load("1,EUR,0", header="no,currency,balance")
    assert await shop.rows("SELECT balance::text FROM finance.account") == [("4.90",)]


async def test_the_ends_of_the_calendar_stay_what_they_are(tmp_path: Path, empty: dict[str, str]) -> None:
    shop = Shop(tmp_path, empty, DATES)
    lines = (
        "1,0001-01-01,",
        "2,9999-12-31,",
        "3,,0001-01-01T00:00:00",
        "4,,0001-01-01T00:00:00Z",
        "5,,9999-12-31T23:59:59.999999Z",
        "6,,9999-12-31T23:59:59-01:00",
    )
    summary = await shop.load(*lines, header="no,born,seen")
    assert summary.accepted == 4
    assert [row[:3] for row in shop.refused()] == [
        ["4", "seen", "is outside the years 1 to 9999 in UTC"],
        ["7", "seen", "is outside the years 1 to 9999 in UTC"],
    ]
    born = "SELECT birth_date::text, isfinite(birth_date) FROM core.customer WHERE birth_date IS NOT NULL ORDER BY 1"
    assert await shop.rows(born) == [("0001-01-01", True), ("9999-12-31", True)]
    seen = "SELECT extract(year FROM first_seen_at)::int, isfinite(first_seen_at) FROM core.identifier"
    assert await shop.rows(f"{seen} WHERE first_seen_at IS NOT NULL ORDER BY 1") == [(1, True), (9999, True)]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("1,2026-W05-6,", "born"),
        ("1,20260131,", "born"),
        ("1,2026-1-31,", "born"),
        ("1,2026-01-31T00:00:00,", "born"),
        ("1,2026-02-30,", "born"),
        ("1,٢٠٢٦-01-31,", "born"),
        ("1,,2026-W05-6T10:00:00Z", "seen"),
        ("1,,20260131T100000Z", "seen"),
        ("1,,2026-01-31T10", "seen"),
        ("1,,2026-01-31T24:00:00Z", "seen"),
    ],
)
async def test_other_forms_of_dates_are_refused(
    tmp_path: Path, addresses: dict[str, str], line: str, column: str
) -> None:
    shop = Shop(tmp_path, addresses, DATES)
    summary = await shop.load(line, header="no,born,seen")
    assert (summary.accepted, [row[1] for row in shop.refused()]) == (0, [column])


async def test_extensions_are_kept_apart_and_never_dropped(tmp_path: Path, empty: dict[str, str]) -> None:
    shop = Shop(tmp_path, empty, PHONES)
    lines = ("1,+1 650-253-0100 ext. 123", "2,+1 650-253-0100 x456", "3,+1 650-253-0100", "4,070-174 06 24")
    summary = await shop.load(*lines, header="no,phone")
    assert (summary.accepted, summary.rejected) == (3, 1)
    assert await shop.rows("SELECT value, extension FROM core.contact_point ORDER BY extension") == [
        ("+16502530100", "123"),
        ("+16502530100", "456"),
        ("+16502530100", None),
    ]
    again = await shop.load(*lines, header="no,phone")
    assert set(again.written.values()) == {0}


async def test_an_extension_without_a_column_refuses_the_line(tmp_path: Path, addresses: dict[str, str]) -> None:
    shop = Shop(tmp_path, addresses, CALLS)
    await shop.load("1,+1 650-253-0100 ext. 123", header="no,phone")
    assert [row[1:3] for row in shop.refused()] == [["phone", "has an extension, for which service.call has no column"]]


@pytest.mark.parametrize("column", ['{ type = "phone" }', '{ type = "phone", region = "SE" }'])
async def test_national_numbers_have_a_region(tmp_path: Path, empty: dict[str, str], column: str) -> None:
    """The region of the installation, and first that of the column."""
    mapping = PHONES.replace('phone = { type = "phone" }', f"phone = {column}")
    shop = Shop(tmp_path, empty, mapping, phone_region="US" if "region" in column else "SE")
    await shop.load("1,070-174 06 24", "2,0046 70 174 06 25", header="no,phone")
    assert await shop.rows("SELECT value FROM core.contact_point ORDER BY 1") == [
        ("+46701740624",),
        ("+46701740625",),
    ]


AMOUNTS = [
    column
    for metadata in METADATA.values()
    for table in metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, Money)
]


@pytest.mark.parametrize("column", AMOUNTS, ids=str)
async def test_no_table_takes_more_decimals_than_its_currency_has(
    addresses_apart: dict[str, str], column: Column[Any]
) -> None:
    """Asked of each constraint alone, for every currency: the other columns do not matter."""
    type_ = column.type
    assert isinstance(type_, Money)
    connection = await asyncpg.connect(addresses_apart[column.table.schema or ""])
    name = f"ck_{column.table.name}_{column.name}_in_minor_units"
    check = await connection.fetchval(
        "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = $1 AND convalidated", name
    )
    asked = f"SELECT {check} FROM (SELECT $1::numeric AS {column.name}, $2::text AS currency) AS row"  # noqa: S608
    for currency, decimals in DECIMALS.items():
        most = decimals + type_.extra_decimals
        assert await connection.fetchval(asked, Decimal(1).scaleb(-most), currency) is True, currency
        assert await connection.fetchval(asked, Decimal(1).scaleb(-most - 1), currency) is False, currency
    await connection.close()

import csv
import gzip
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from datasources.imports import run
from datasources.imports.mapping_file import load_mapping
from datasources.imports.reading import FileError
from datasources.imports.run import import_file
from datasources.imports.toml_table import MappingError
from tests.datasources.imports.shop import HEADER, MAPPING, Shop

MAPPINGS = Path(run.__file__).parent / "mappings"
WRONG_LENGTH = "has too few or too many digits for its country"
NO_COUNTRY = "is written with its country, like +46701740605 (E.164)"
GOOD = "17,A1,2026-01-02,Tea,2,1.50,GBP,+46701740605,Bo@Example.COM,SE"
FEEDBACK = """
source = "survey"
[file]
delimiter = ";"
[columns]
number = { type = "text" }
kind = { type = "text" }
value = { type = "integer" }
at = { type = "timestamp" }
[[target]]
table = "service.feedback"
key = ["*"]
[target.set]
customer_id = { lookup = "core.customer.number", column = "number" }
kind = { column = "kind" }
value = { column = "value" }
given_at = { column = "at" }
"""


class InterruptError(Exception):
    """In place of a key that nobody can press here."""


async def test_lines_become_customers_orders_and_products(tmp_path: Path, empty: dict[str, str]) -> None:
    shop = Shop(tmp_path, empty)
    summary = await shop.load(
        GOOD, "17,A1,2026-01-01,Jam,1,4.25,GBP,,,", '18,B1,2026-01-03,"Salt, ""fine""",0.5,3.10,EUR,,,'
    )
    assert (summary.read, summary.accepted, summary.rejected, summary.merged) == (3, 3, 0, 0)
    assert await shop.rows("SELECT number, country, since::text FROM core.customer ORDER BY 1") == [
        ("TILL-17", "SE", "2026-01-01"),
        ("TILL-18", None, "2026-01-03"),
    ]
    assert await shop.rows("SELECT number, total, currency FROM sales.sales_order ORDER BY 1") == [
        ("A1", Decimal("7.25"), "GBP"),
        ("B1", Decimal("1.550"), "EUR"),
    ]
    lines = "SELECT position, sku, quantity FROM sales.order_line JOIN sales.product ON id = product_id ORDER BY sku"
    assert await shop.rows(lines) == [(2, "Jam", 1), (1, 'Salt, "fine"', Decimal("0.5")), (1, "Tea", 2)]


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (",A2,2026-01-02,Tea,2,1.50,GBP,,,", "customer", "missing customer"),
        ("  ,A2,2026-01-02,Tea,2,1.50,GBP,,,", "customer", "missing customer"),
        ("17,A2,2026-02-30,Tea,2,1.50,GBP,,,", "day", "is no time of the declared form"),
        ("17,A2,02/01/2026,Tea,2,1.50,GBP,,,", "day", "is no time of the declared form"),
        ("17,A2,2026-01-02,Tea,2,1.50,GBX,,,", "currency", "is no currency of ISO 4217"),
        ("17,A2,2026-01-02,Tea,2,1.50,gbp,,,", "currency", "is no currency of ISO 4217"),
        ("17,A2,2026-01-02,Tea,2,-0.01,GBP,,,", "price", "is a negative price"),
        ("17,A2,2026-01-02,Tea,2,NaN,GBP,,,", "price", "is no number"),
        ("17,A2,2026-01-02,Tea,2,Infinity,GBP,,,", "price", "is no number"),
        ("17,A2,2026-01-02,Tea,2,1_000,GBP,,,", "price", "is no number"),
        ("17,A2,2026-01-02,Tea,0,1.50,GBP,,,", "quantity", "is less than 0.001"),
        ("17,A2,2026-01-02,Tea,2,1.50,GBP,0701740605,,", "phone", f"is no phone number: it {NO_COUNTRY}"),
        ("17,A2,2026-01-02,Tea,2,1.50,GBP,+4612,,", "phone", f"is no phone number: it {WRONG_LENGTH}"),
        ("17,A2,2026-01-02,Tea,2,1.50,GBP,+12005550100,,", "phone", "is no valid phone number"),
        ("17,A2,2026-01-02,Tea,2,1.50,GBP,,a@@b.de,", "email", "is no e-mail address: it is written name@domain"),
        ("17,A2,2026-01-02,Tea,2,1.50,GBP,,a@b.de;c@d.de,", "email", "is no e-mail address: it is written name@domain"),
        (
            "17,A2,2026-01-02,Tea,2,1.50,GBP,,a@b..c,",
            "email",
            "is no e-mail address: it has no valid domain after the @",
        ),
        ("17,A2,2026-01-02,Tea,2,1.50,GBP,,,UK", "country", "is no country code of ISO 3166-1"),
        ("17,A2,2026-01-02,Tea,2,1.50,GBP,,,ZZ", "country", "is no country code of ISO 3166-1"),
        ("17,A2,2026-01-02,Tea,2,1.50,GBP,,,XX", "country", "is no country code of ISO 3166-1"),
        ("17,A2,2026-01-02,Tea,2,1.50,GBP,,,EN", "country", "is no country code of ISO 3166-1"),
        ("17,A2,2026-01-02,Tea,2,1e-30,GBP,,,", "price", "has more decimals than an amount like 1234.56 GBP"),
        ("17,A2,2026-01-02,Tea,2,1.50,GBP,,nobody,", "email", "is no e-mail address: it is written name@domain"),
        ("17,A2,2026-01-02,Tea,2,1.50,GBP,,,Sweden", "country", "is no country code of ISO 3166-1"),
        ("17,A2,2026-01-02,T\0a,2,1.50,GBP,,,", "product", "has a NUL character"),
        ("17,A2,2026-01-02,T\udcffa,2,1.50,GBP,,,", "product", "is not in the file's encoding"),
        ("17,A2,2026-01-02,Tea", "", "has 4 fields in place of 10"),
        ('17,A2,2026-01-02,"Tea"x,2,1.50,GBP,,,', "", "cannot be taken apart"),
    ],
)
async def test_each_bad_line_is_refused_and_named(
    tmp_path: Path, addresses: dict[str, str], line: str, column: str, reason: str
) -> None:
    shop = Shop(tmp_path, addresses)
    summary = await shop.load(GOOD, line, GOOD.replace("Tea", "Jam"))
    assert (summary.read, summary.accepted, summary.rejected) == (3, 2, 1)
    assert shop.refused() == [["3", column, reason, line]]
    assert summary.reasons == {f"{column}: {reason}" if column else reason: 1}


async def test_the_line_number_is_the_files_own(tmp_path: Path, addresses: dict[str, str]) -> None:
    two_lines = '17,A1,2026-01-02,"Tea\nGreen",2,1.50,GBP,,,'
    shop = Shop(tmp_path, addresses)
    await shop.load(two_lines, "", two_lines.replace("GBP", "???"), GOOD.replace("17", ""))
    assert [(row[0], row[1]) for row in shop.refused()] == [("5", "currency"), ("7", "customer")]
    assert shop.refused()[0][3] == two_lines.replace("GBP", "???")


async def test_a_line_that_contradicts_its_order_is_refused(tmp_path: Path, empty: dict[str, str]) -> None:
    shop = Shop(tmp_path, empty)
    other_customer, other_currency = GOOD.replace("17", "99"), GOOD.replace("GBP", "EUR")
    summary = await shop.load(GOOD, other_customer, other_currency)
    assert (summary.accepted, summary.rejected) == (1, 2)
    assert shop.refused() == [
        ["3", "customer", "differs from an earlier line's", other_customer],
        ["4", "currency", "differs from an earlier line's", other_currency],
    ]
    assert await shop.rows("SELECT number FROM core.customer") == [("TILL-17",)]


@pytest.mark.parametrize(("duplicates", "quantity"), [("add", 6), ("drop", 2)])
async def test_a_repeated_line_is_merged(tmp_path: Path, empty: dict[str, str], duplicates: str, quantity: int) -> None:
    shop = Shop(tmp_path, empty, MAPPING.replace('"add"', f'"{duplicates}"'))
    summary = await shop.load(GOOD, GOOD, GOOD)
    assert (summary.read, summary.accepted, summary.merged) == (3, 1, 2)
    assert await shop.rows("SELECT quantity FROM sales.order_line") == [(quantity,)]
    assert await shop.rows("SELECT total FROM sales.sales_order") == [(quantity * Decimal("1.50"),)]


async def test_the_second_run_changes_nothing_and_a_longer_file_adds(tmp_path: Path, empty: dict[str, str]) -> None:
    shop = Shop(tmp_path, empty)
    first = await shop.load(GOOD)
    assert set(first.written.values()) == {1}
    again = await shop.load(GOOD)
    assert set(again.written.values()) == {0}
    longer = await shop.load(GOOD, GOOD.replace("Tea", "Jam"))
    assert longer.written == {"core.customer": 0, "sales.product": 1, "sales.sales_order": 1, "sales.order_line": 1}


async def test_an_interrupted_import_leaves_nothing_and_runs_again(
    tmp_path: Path, empty: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "LINES_PER_BATCH", 2)
    lines = [GOOD.replace("A1", f"A{place}") for place in range(9)]

    def interrupt(read: int, total: int) -> None:
        assert 0 < read <= total
        raise InterruptError

    shop = Shop(tmp_path, empty)
    with pytest.raises(InterruptError):
        await shop.load(*lines, progress=interrupt)
    assert await shop.rows("SELECT FROM sales.sales_order") == []
    assert not shop.rejects.exists()
    assert (await shop.load(*lines)).accepted == 9
    assert len(await shop.rows("SELECT FROM sales.sales_order")) == 9


async def test_a_gzipped_file_is_unpacked(tmp_path: Path, empty: dict[str, str]) -> None:
    shop = Shop(tmp_path, empty)
    packed = tmp_path / "till.csv.gz"
    packed.write_bytes(gzip.compress(f"\ufeff{HEADER}\r\n{GOOD}\r\n".encode()))
    heard: list[tuple[int, int]] = []
    summary = await import_file(
        empty, packed, load_mapping(shop.mapping), shop.rejects, lambda read, total: heard.append((read, total))
    )
    assert summary.accepted == 1
    assert heard[-1] == (packed.stat().st_size, packed.stat().st_size)


async def test_known_customers_are_looked_up_and_unknown_ones_refused(tmp_path: Path, empty: dict[str, str]) -> None:
    await Shop(tmp_path, empty).load(GOOD)
    survey = Shop(tmp_path, empty, FEEDBACK)
    good, stranger, odd = (
        "TILL-17;NPS;9;2026-01-05T10:00Z",
        "TILL-1;NPS;9;2026-01-05T10:00Z",
        "TILL-17;XXX;9;2026-01-05",
    )
    summary = await survey.load(good, stranger, odd, header="number;kind;value;at")
    assert (summary.accepted, summary.rejected) == (1, 2)
    assert [(row[0], row[1]) for row in survey.refused()] == [("3", "number"), ("4", "kind")]


async def test_a_file_without_a_declared_column_is_no_such_file(tmp_path: Path, addresses: dict[str, str]) -> None:
    with pytest.raises(FileError, match="has no column price"):
        await Shop(tmp_path, addresses).load(GOOD, header=HEADER.replace("price", "cost"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('type = "currency"', 'type = "curency"', r"till.toml:12: columns.currency.type: 'curency' is none of"),
        ('source = "till"', "", "source: is missing"),
        ('source = "till"', "source = 7", r"till.toml:2: source: must be a text"),
        ("[derived]", "[derivd]", r"set.total.column: 'amount' is none of customer, order, day"),
        ('key = ["order"]', 'key = ["ordre"]', r"target\[3\].key: there is no column 'ordre'"),
        ('state = { constant = "COMPLETED" }', 'state = { constant = "DONE" }', r"set.state: 'DONE' is none of"),
        ('state = { constant = "COMPLETED" }', "", "sales.sales_order.state needs a value"),
        ("TILL-{customer}", "TILL-{custmer}", "there is no column 'custmer'"),
        ("since =", "sinc =", r"till.toml:\d+: target\[1\].set.sinc: core.customer has no such column"),
        ('take = "min"', 'take = "least"', "'least' is none of first, last, min, max, sum"),
        ('format = "%Y-%m-%d"', 'zone = "Europe/Atlantis"', "knows no time zone 'Europe/Atlantis'"),
        ("[file]", "[file", "line 4"),
    ],
)
def test_a_mistake_in_a_mapping_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "till.toml"
    path.write_text(MAPPING.replace(old, new, 1))
    with pytest.raises(MappingError, match=message):
        load_mapping(path)


@pytest.mark.parametrize("name", ["online-retail", "cdnow"])
def test_the_mappings_that_we_ship_load(name: str) -> None:
    assert load_mapping(MAPPINGS / f"{name}.toml").departments == ["core", "sales"]


async def test_cdnow_lines_by_the_day(tmp_path: Path, empty: dict[str, str]) -> None:
    shop = Shop(tmp_path, empty, (MAPPINGS / "cdnow.toml").read_text())
    lines = (" 00001 19970101  1   11.77", " 00001 19970101  1   11.77", " 00001 19970101  3   30.00")
    summary = await shop.load(*lines, header=" customer_id  date number_of_cds  dollar_value")
    assert (summary.accepted, summary.merged) == (2, 1)
    assert await shop.rows("SELECT number, total FROM sales.sales_order") == [
        ("CDNOW-00001-19970101", Decimal("53.54"))
    ]


@pytest.mark.slow
async def test_online_retail_to_the_penny(tmp_path: Path, empty: dict[str, str]) -> None:
    folder = os.environ.get("CUSTOMER360_REAL_DATA")
    if folder is None:
        pytest.skip("CUSTOMER360_REAL_DATA names no folder with online-retail.csv.gz")
    file = Path(folder) / "online-retail.csv.gz"
    mapping = load_mapping(MAPPINGS / "online-retail.toml")
    summary = await import_file(empty, file, mapping, tmp_path / "rejects.csv")
    assert summary.reasons == {"CustomerID: missing customer": 135_080}
    assert (summary.read, summary.accepted, summary.merged) == (541_909, 401_604, 5_225)
    shop = Shop(tmp_path, empty)
    customers = dict(await shop.rows("SELECT id, number FROM core.customer"))
    totals = await shop.rows(
        """SELECT l.customer_id, sum(amount) FROM sales.order_line AS l
        JOIN sales.sales_order AS o ON (o.customer_id, o.id) = (l.customer_id, l.order_id)
        WHERE o.state = 'COMPLETED' AND quantity > 0 AND unit_price > 0 GROUP BY 1"""
    )
    assert {customers[customer]: revenue for customer, revenue in totals} == _revenue(file)


def _revenue(file: Path) -> dict[str, Decimal]:
    """What a plain script over the file says: every cleaned line counts, repeated ones too."""
    found: Counter[str] = Counter()
    with gzip.open(file, "rt", newline="") as lines:
        for line in csv.DictReader(lines):
            quantity, price = Decimal(line["Quantity"]), Decimal(line["UnitPrice"])
            if line["CustomerID"] and quantity > 0 and price > 0 and not line["InvoiceNo"].startswith("C"):
                found[f"OR-{line['CustomerID'].removesuffix('.0')}"] += quantity * price  # type: ignore[assignment]
    assert len(found) == 4_338
    return {customer: Decimal(revenue) for customer, revenue in found.items()}

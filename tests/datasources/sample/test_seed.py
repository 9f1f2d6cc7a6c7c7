import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import phonenumbers
import pytest

from auth.policy.flags import Flag
from datasources.core import ledger
from datasources.currencies import UNITS
from datasources.departments import METADATA
from datasources.sample.countries import countries
from datasources.sample.seed import NotEmptyError, is_empty, seed

TODAY = date(2026, 11, 16)
# Records of what the running server did and linked, and of what happened: sample customers bring none.
FILLED_BY_USE = {"access_record", "disclosure", "partner_link"}
HISTORY = {"event", "event_author", "change", "change_author", "activity", "job", "job_schedule"}
TABLES = [
    table
    for metadata in METADATA.values()
    for table in metadata.sorted_tables
    if table.name not in FILLED_BY_USE | HISTORY
]


async def rows(addresses: Mapping[str, str], query: str, *arguments: Any, department: str = "core") -> list[Any]:
    connection = await asyncpg.connect(addresses[department])
    found = await connection.fetch(query, *arguments)
    await connection.close()
    return list(found)


async def fingerprint(addresses: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """The number and the bytes of each table's rows."""
    prints = {}
    for table in TABLES:
        query = f"SELECT row::text FROM {table.fullname} AS row ORDER BY row::text"  # noqa: S608 - our own names
        texts = [row[0] for row in await rows(addresses, query, department=table.schema or "")]
        prints[table.fullname] = (len(texts), hashlib.sha256("\n".join(texts).encode()).hexdigest())
    return prints


async def test_the_same_seed_gives_the_same_rows_fused_and_apart(
    seeded: dict[str, str], seeded_apart: dict[str, str]
) -> None:
    together = await fingerprint(seeded)
    assert together == await fingerprint(seeded_apart)
    # Only clients fill buckets.
    assert [name for name, (count, _) in together.items() if not count] == ["core.rate_bucket"]


async def test_another_seed_gives_other_customers(addresses: dict[str, str], seeded: dict[str, str]) -> None:
    assert await is_empty(addresses)
    heard: list[tuple[int, int]] = []
    await seed(addresses, customers=40, seed=8, today=TODAY, progress=lambda done, all_: heard.append((done, all_)))
    assert heard == [(40, 40)]
    assert not await is_empty(addresses)
    ids = "SELECT id FROM core.customer"
    assert not {*await rows(addresses, ids)} & {*await rows(seeded, ids)}
    with pytest.raises(NotEmptyError):
        await seed(addresses, customers=1, seed=8)


async def test_a_customer_does_not_depend_on_how_many_there_are(
    addresses_apart: dict[str, str], seeded: dict[str, str]
) -> None:
    await seed(addresses_apart, customers=20, seed=7, today=TODAY)
    twenty = "SELECT c::text FROM core.customer AS c WHERE number <= 'C-000020' ORDER BY number"
    assert await rows(addresses_apart, twenty) == await rows(seeded, twenty)


async def test_flags_follow_from_the_ledger_and_every_kind_occurs(seeded: dict[str, str]) -> None:
    assert (await ledger.verify(seeded)).holds
    [[seen]] = await rows(seeded, "SELECT bit_or(flags) FROM core.customer")
    assert Flag(seen) == Flag((1 << 9) - 1)
    [[minors]] = await rows(seeded, "SELECT count(*) FROM core.customer WHERE minor_until > $1", TODAY)
    assert minors > 0


@pytest.mark.parametrize(
    ("department", "contradiction"),
    [
        (
            "finance",
            """SELECT FROM finance.invoice AS i
            LEFT JOIN (SELECT invoice_id, sum(amount) FROM finance.payment GROUP BY 1) AS p ON p.invoice_id = i.id
            LEFT JOIN (SELECT invoice_id, sum(amount) FROM finance.credit_note GROUP BY 1) AS c ON c.invoice_id = i.id
            WHERE open_amount <> total - coalesce(p.sum, 0) - coalesce(c.sum, 0) OR open_amount < 0""",
        ),
        (
            "finance",
            """SELECT FROM finance.account AS a WHERE balance <> (
                SELECT sum(open_amount) FROM finance.invoice AS i
                WHERE i.customer_id = a.customer_id AND i.currency = a.currency)""",
        ),
        (
            "finance",
            """SELECT FROM finance.invoice AS i
            WHERE total <> (SELECT sum(amount) FROM finance.invoice_line AS l WHERE l.invoice_id = i.id)
                OR (state = 'SETTLED') <> (open_amount = 0) OR due_on < issued_on""",
        ),
        ("finance", "SELECT FROM finance.payment WHERE received_on > $1 OR amount <= 0"),
        ("finance", "SELECT FROM finance.dunning_notice WHERE sent_on > $1"),
        (
            "sales",
            """SELECT FROM sales.sales_order AS o
            WHERE total <> (SELECT sum(amount) FROM sales.order_line AS l WHERE l.order_id = o.id)
                OR placed_at::date > $1""",
        ),
        (
            "sales",
            """SELECT FROM sales.owned_product AS p WHERE quantity <> (
                SELECT sum(l.quantity) FROM sales.order_line AS l JOIN sales.sales_order AS o ON o.id = l.order_id
                WHERE l.customer_id = p.customer_id AND l.product_id = p.product_id
                    AND o.state IN ('COMPLETED', 'PARTIAL'))""",
        ),
        (
            "sales",
            """SELECT FROM sales.recommendation AS r
            WHERE NOT EXISTS (SELECT FROM sales.product AS p WHERE p.id = r.product_id)
                OR (reason_kind = 'BOUGHT_TOGETHER') <> (antecedent_product_id IS NOT NULL)""",
        ),
        ("service", "SELECT FROM service.message WHERE sent_at::date > $1"),
        ("service", "SELECT FROM service.ticket WHERE closed_at < opened_at OR closed_at::date > $1"),
        ("marketing", "SELECT FROM marketing.touchpoint WHERE (outcome = 'CONVERTED') <> (revenue IS NOT NULL)"),
    ],
)
async def test_histories_do_not_contradict_themselves(
    seeded: dict[str, str], department: str, contradiction: str
) -> None:
    arguments = [TODAY] if "$1" in contradiction else []
    assert await rows(seeded, contradiction, *arguments, department=department) == []


async def test_scores_are_those_of_the_orders(seeded: dict[str, str]) -> None:
    orders = await rows(
        seeded,
        """SELECT customer_id, currency, max(placed_at)::date AS last, count(*) AS frequency, sum(total) AS monetary
        FROM sales.sales_order WHERE state IN ('COMPLETED', 'PARTIAL') GROUP BY 1, 2""",
        department="sales",
    )
    expected = {(row["customer_id"], row["currency"]): row for row in orders}
    scores = await rows(seeded, "SELECT * FROM marketing.score", department="marketing")
    assert len(scores) > 150
    for score in scores:
        row = expected[score["customer_id"], score["currency"]]
        assert (score["frequency"], score["monetary"]) == (row["frequency"], row["monetary"])
        assert score["recency_days"] == (TODAY - row["last"]).days


async def test_every_invoice_has_its_order(seeded: dict[str, str]) -> None:
    invoices = await rows(seeded, "SELECT customer_id, number, total FROM finance.invoice", department="finance")
    orders = await rows(seeded, "SELECT customer_id, number, total FROM sales.sales_order", department="sales")
    ordered = {(row["customer_id"], row["number"], row["total"]) for row in orders}
    billed = {(row["customer_id"], row["number"].replace("INV", "SO"), row["total"]) for row in invoices}
    assert billed <= ordered


async def test_money_has_the_decimals_of_its_currency(seeded: dict[str, str]) -> None:
    totals = await rows(seeded, "SELECT currency, total FROM sales.sales_order", department="sales")
    assert {"SEK", "EUR", "GBP", "USD", "JPY"} <= {row["currency"] for row in totals}
    assert all(row["total"] == row["total"].quantize(UNITS[row["currency"]]) for row in totals)
    yen = [row["total"] for row in totals if row["currency"] == "JPY"]
    assert all(total.as_tuple().exponent == 0 for total in yen)


async def test_phones_are_valid_and_mostly_unique(seeded: dict[str, str]) -> None:
    found = await rows(seeded, "SELECT value FROM core.contact_point WHERE kind = 'PHONE'")
    phones = [row["value"] for row in found]
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone)) for phone in phones)
    assert len(phones) * 0.85 < len(set(phones)) < len(phones)


def test_phone_ranges_are_valid_and_never_repeat() -> None:
    for country in countries().values():
        phones = [country.phone(serial) for serial in range(1, 20_000, 13)]
        assert len(set(phones)) == len(phones)
        parsed = [phonenumbers.parse(phone) for phone in phones]
        assert {phonenumbers.region_code_for_number(number) for number in parsed} == {country.code}


async def test_mail_goes_to_example_domains_only(seeded: dict[str, str]) -> None:
    query = (
        "SELECT value FROM core.contact_point WHERE kind = 'EMAIL' AND value !~ '^[a-z0-9.]+@example.(com|org|net)$'"
    )
    assert await rows(seeded, query) == []


async def test_edge_cases_are_there(seeded: dict[str, str]) -> None:
    [[unicode_, quotes, bare]] = await rows(
        seeded,
        """SELECT count(*) FILTER (WHERE display_name ~ '🌻'), count(*) FILTER (WHERE display_name ~ '"'),
            count(*) FILTER (WHERE language IS NULL) FROM core.customer""",
    )
    assert min(unicode_, quotes, bare) > 0
    orders = "SELECT count(*) FROM sales.sales_order GROUP BY customer_id HAVING count(*) > 100"
    assert len(await rows(seeded, orders, department="sales")) >= 2
    long = "SELECT FROM service.message WHERE length(body) > 20000"
    assert await rows(seeded, long, department="service")


async def test_marketing_messages_were_allowed_when_they_were_sent(seeded: dict[str, str]) -> None:
    touches = await rows(seeded, "SELECT customer_id, occurred_at FROM marketing.touchpoint", department="marketing")
    newest = """
        SELECT state, expires_at FROM core.privacy_event
        WHERE customer_id = $1 AND topic = 'DIRECT_MARKETING' AND state LIKE 'CONSENT%' AND occurred_at <= $2
        ORDER BY occurred_at DESC, sequence DESC LIMIT 1
    """
    connection = await asyncpg.connect(seeded["core"])
    for touch in touches:
        consent = await connection.fetchrow(newest, touch["customer_id"], touch["occurred_at"])
        assert consent is not None
        assert consent["state"] == "CONSENT_GIVEN"
        assert consent["expires_at"] is None or consent["expires_at"] > touch["occurred_at"]
    await connection.close()


async def test_the_first_customer_shows_everything(seeded: dict[str, str]) -> None:
    [customer] = await rows(seeded, "SELECT * FROM core.customer WHERE number = 'C-000001'")
    assert customer["kind"] == "INDIVIDUAL"
    assert Flag.CONSENTS_DIRECT_MARKETING | Flag.CONSENTS_PROFILING in Flag(customer["flags"])
    assert await _has(seeded, "finance", "finance.invoice", f"open_amount > 0 AND due_on < '{TODAY}'", customer["id"])
    assert await _has(seeded, "finance", "finance.dunning_notice", "level = 1", customer["id"])
    assert await _has(seeded, "finance", "finance.credit", "discount_percent = 2", customer["id"])
    assert await _has(seeded, "sales", "sales.opportunity", "amount > 0", customer["id"])
    assert await _has(seeded, "sales", "sales.recommendation", "score > 0", customer["id"])
    complaint = "kind = 'COMPLAINT' AND status = 'IN_PROGRESS' AND closed_at IS NULL"
    assert await _has(seeded, "service", "service.ticket", complaint, customer["id"])
    assert await _has(
        seeded, "core", "core.channel_preference", "channel = 'SMS' AND set_via = 'SERVICE'", customer["id"]
    )
    assert await _has(seeded, "marketing", "marketing.loyalty", "points > 0", customer["id"])
    assert await _has(seeded, "marketing", "marketing.score", "monetary > 0", customer["id"])


async def _has(addresses: dict[str, str], department: str, table: str, condition: str, customer: object) -> bool:
    query = f"SELECT FROM {table} WHERE {condition} AND customer_id = $1"
    return bool(await rows(addresses, query, customer, department=department))


def test_amounts_are_exact() -> None:
    assert all(country.price(Decimal("49.90")) % UNITS[country.currency] == 0 for country in countries().values())

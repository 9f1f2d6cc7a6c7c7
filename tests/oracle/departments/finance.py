"""What finance's fields mean."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tests.oracle.departments.core import Meaning
from tests.oracle.pages import page
from tests.oracle.scene import Key, Scene, Thing, money, newest, section

_OLDEST_ACCOUNT = (Key("openedOn", lambda row: row["opened_on"]),)
ORDERS: Mapping[str, tuple[Key, ...]] = {
    "Invoice": (newest("issuedOn", "issued_on"),),
    "Payment": (newest("receivedOn", "received_on"),),
    "CreditNote": (newest("issuedOn", "issued_on"),),
}

# What a sum comes to where nothing is open.
NOTHING = Decimal("0.00")


def _total(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _currency(scene: Scene, thing: Thing) -> str | None:
    rows = scene.rows("finance.billing", thing)
    return str(rows[0]["currency"]) if rows else None


def _balance(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> Any:
    currency = _currency(scene, thing)
    rows = scene.rows("finance.account", thing)
    return _sum(currency, [row["balance"] for row in rows if row["currency"] == currency] or [NOTHING])


def _balances(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> Any:
    rows = scene.rows("finance.account", thing)
    currencies = sorted({row["currency"] for row in rows})
    return [money(_total(row["balance"] for row in rows if row["currency"] == each), each) for each in currencies]


def _sum(currency: str | None, amounts: Iterable[Decimal]) -> Any:
    return None if currency is None else money(_total(amounts), currency)


def _open(scene: Scene, thing: Thing, earliest: int | None, latest: int | None) -> Any:
    """What is open in the billing currency and has been due for so many days; a negative number is still to come."""
    currency = _currency(scene, thing)
    found = []
    for row in scene.rows("finance.invoice", thing):
        if row["currency"] == currency and row["open_amount"] > 0:
            days = (scene.moment.today - row["due_on"]).days
            if (earliest is None or days >= earliest) and (latest is None or days <= latest):
                found.append(row["open_amount"])
    return _sum(currency, found or [NOTHING])


def _bucket(earliest: int | None, latest: int | None) -> Meaning:
    return lambda scene, thing, _: _open(scene, thing, earliest, latest)


def _credit(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> Thing | None:
    rows = scene.rows("finance.credit", thing)
    return Thing("Credit", rows[0], thing.subject) if rows else None


def _available(_: Scene, thing: Thing, __: Mapping[str, Any]) -> Any:
    limit = thing.row["limit_amount"]
    return None if limit is None else money(limit - thing.row["exposure"], thing.row["currency"])


def _rating(_: Scene, thing: Thing, __: Mapping[str, Any]) -> Thing | None:
    names = ("agency", "grade", "score", "valid_until")
    row = {name: thing.row[f"rating_{name}"] for name in names}
    return Thing("CreditRating", row, thing.subject) if any(value is not None for value in row.values()) else None


def _days_overdue(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> int:
    days: int = (scene.moment.today - thing.row["due_on"]).days
    return days if days > 0 and thing.row["open_amount"] > 0 else 0


def _of_invoice(table: str, type_: str) -> Meaning:
    def meaning(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
        rows = [row for row in scene.rows(table, thing) if row["invoice_id"] == thing.row["id"]]
        return scene.things(type_, rows, thing, ORDERS[type_])

    return meaning


def _lines(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
    rows = [row for row in scene.rows("finance.invoice_line", thing) if row["invoice_id"] == thing.row["id"]]
    key = Key("position", lambda row: row["position"])
    return scene.things("InvoiceLine", rows, thing, (key,), lambda row: row["position"])


def _dunning(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
    return scene.things(
        "DunningNotice", scene.rows("finance.dunning_notice", thing), thing, (newest("sentOn", "sent_on"),)
    )


def listed(coordinate: str, table: str, type_: str, keys: tuple[Key, ...], **filters: str) -> Meaning:
    """A connection over the subject's rows; `filters` names the column that each argument narrows."""

    def meaning(scene: Scene, thing: Thing, args: Mapping[str, Any]) -> Thing:
        entries = scene.things(type_, scene.rows(table, thing), thing, keys)
        return page(scene, coordinate, entries, args, lambda entry: _passes(scene, entry, args, filters), thing)

    return meaning


def _passes(scene: Scene, entry: Thing, args: Mapping[str, Any], filters: Mapping[str, str]) -> bool:
    assert entry.subject is not None
    for argument, column in filters.items():
        wanted = args.get(argument)
        if wanted is not None:
            decision = scene.rights.of(f"{entry.type}.{column}", "filter")
            if not decision.allows(entry.subject.flags) or entry.row[column] not in wanted:
                return False
    return True


FIELDS: Mapping[str, Meaning] = {
    "Finance.accounts": lambda scene, thing, _: scene.things(
        "Account", scene.rows("finance.account", thing), thing, _OLDEST_ACCOUNT
    ),
    "Finance.balance": _balance,
    "Finance.balances": _balances,
    "Finance.overdue": _bucket(1, None),
    "Finance.ageing": lambda _, thing, __: section("Ageing", thing),
    "Ageing.notDue": _bucket(None, 0),
    "Ageing.days1To30": _bucket(1, 30),
    "Ageing.days31To60": _bucket(31, 60),
    "Ageing.days61To90": _bucket(61, 90),
    "Ageing.over90Days": _bucket(91, None),
    "Finance.dunningNotices": _dunning,
    "Finance.credit": _credit,
    "Credit.terms": lambda _, thing, __: section("CreditTerms", thing),
    "Credit.limit": lambda _, thing, __: money(thing.row["limit_amount"], thing.row["currency"]),
    "Credit.available": _available,
    "Credit.rating": _rating,
    "Finance.invoices": listed("Finance.invoices", "finance.invoice", "Invoice", ORDERS["Invoice"], states="state"),
    "Finance.payments": listed("Finance.payments", "finance.payment", "Payment", ORDERS["Payment"]),
    "Finance.creditNotes": listed("Finance.creditNotes", "finance.credit_note", "CreditNote", ORDERS["CreditNote"]),
    "Invoice.daysOverdue": _days_overdue,
    "Invoice.lines": _lines,
    "Invoice.payments": _of_invoice("finance.payment", "Payment"),
    "Invoice.creditNotes": _of_invoice("finance.credit_note", "CreditNote"),
}

"""How finance's types are expressed over finance's tables."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Numeric,
    Select,
    Subquery,
    Text,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from datasources.finance import tables
from datasources.json_text import Kind
from datasources.rows import Column, Row
from datasources.shapes import (
    Amount,
    Inside,
    Key,
    Many,
    One,
    Pages,
    Renamed,
    Shape,
    Total,
    Totals,
    Value,
    of_subject,
    within_retention,
)
from datasources.sql_text import literal, number

_NOTHING: ColumnElement[Any] = literal_column("0.00", Numeric())

Spell = Callable[[Column, Column], ColumnElement[str]]


def _billing(row: Row) -> Subquery:
    """One row with the currency that the customer is billed in; none if they have no account."""
    billing = tables.billing.alias()
    currency = select(billing.c.currency).where(billing.c.customer_id == row.subject.id)
    return currency.correlate_except(billing).subquery()


def _sum(value: Column, source: FromClause, billing: Subquery, *where: ColumnElement[bool]) -> Column:
    """The sum in the billing currency; 0.00 over nothing."""
    total = select(func.coalesce(func.sum(value), _NOTHING))
    return total.where(source.c.currency == billing.c.currency, *where).correlate_except(source).scalar_subquery()


def _balance(row: Row, spell: Spell) -> Select[Any]:
    billing, account = _billing(row), tables.account.alias()
    total = _sum(account.c.balance, account, billing, account.c.customer_id == row.subject.id)
    return _from_billing(billing, spell(total, billing.c.currency))


def _balances(row: Row, spell: Spell) -> Select[Any]:
    """A JSON list with the sum of the accounts of each currency."""
    account = tables.account.alias()
    balance = spell(func.sum(account.c.balance), account.c.currency).label("balance")
    of_subject = select(account.c.currency, balance).where(account.c.customer_id == row.subject.id)
    each = of_subject.group_by(account.c.currency).correlate_except(account).subquery()
    listed = func.string_agg(each.c.balance, aggregate_order_by(literal(","), each.c.currency), type_=Text())
    return select(literal("[") + func.coalesce(listed, literal("")) + literal("]")).correlate_except(each)


def _open(first: int | None, last: int | None) -> Total:
    """What is open on invoices that fell due `first` to `last` days ago."""

    def rows(row: Row, spell: Spell) -> Select[Any]:
        billing, invoice = _billing(row), tables.invoice.alias()
        other = Row(invoice, row.subject)
        days = cast(row.subject.as_of, Date()).op("-", return_type=Integer())(invoice.c.due_on)
        bounds = [days >= number(first)] if first is not None else []
        bounds += [days <= number(last)] if last is not None else []
        counted = (of_subject(row, other), invoice.c.open_amount > number(0), within_retention(other), *bounds)
        total = _sum(invoice.c.open_amount, invoice, billing, *counted)
        return _from_billing(billing, spell(total, billing.c.currency))

    return Total(rows)


def _from_billing(billing: Subquery, answer: ColumnElement[str]) -> Select[Any]:
    return select(answer).select_from(billing).correlate_except(billing)


def _days_overdue(row: Row) -> Column:
    days = cast(row.subject.as_of, Date()).op("-", return_type=Integer())(row["due_on"])
    open_ = row["open_amount"] > number(0)
    return func.greatest(number(0), days).op("*")(cast(open_, Integer()))


def _of_invoice(row: Row, other: Row) -> ColumnElement[bool]:
    return of_subject(row, other) & (other["invoice_id"] == row["id"])


def _has_rating(row: Row) -> ColumnElement[bool]:
    return row["rating_grade"].is_not(None) | row["rating_score"].is_not(None)


SHAPES = (
    Shape(
        "Finance",
        "finance",
        fields={
            "accounts": Many("Account"),
            "balance": Total(_balance),
            "balances": Totals(_balances),
            "overdue": _open(1, None),
            "ageing": Inside("Ageing"),
            "invoices": Pages("Invoice"),
            "payments": Pages("Payment"),
            "creditNotes": Pages("CreditNote"),
            "dunningNotices": Many("DunningNotice"),
            "credit": One("Credit"),
        },
    ),
    Shape(
        "Ageing",
        "finance",
        fields={
            "notDue": _open(None, 0),
            "days1To30": _open(1, 30),
            "days31To60": _open(31, 60),
            "days61To90": _open(61, 90),
            "over90Days": _open(91, None),
        },
    ),
    Shape("Account", "finance", tables.account, order=(Key("openedOn", descending=False),)),
    Shape(
        "Invoice",
        "finance",
        tables.invoice,
        {
            "daysOverdue": Value(Kind.NUMBER, _days_overdue),
            "lines": Many("InvoiceLine", _of_invoice),
            "payments": Many("Payment", _of_invoice),
            "creditNotes": Many("CreditNote", _of_invoice),
        },
        order=(Key("issuedOn"),),
        alive=within_retention,
    ),
    Shape(
        "InvoiceLine", "finance", tables.invoice_line, order=(Key("position", descending=False),), identity="position"
    ),
    Shape("Payment", "finance", tables.payment, order=(Key("receivedOn"),), alive=within_retention),
    Shape("CreditNote", "finance", tables.credit_note, order=(Key("issuedOn"),), alive=within_retention),
    Shape("DunningNotice", "finance", tables.dunning_notice, order=(Key("sentOn"),)),
    Shape(
        "Credit",
        "finance",
        tables.credit,
        {
            "terms": Inside("CreditTerms"),
            "limit": Renamed("limit_amount"),
            "available": Amount(lambda row: row["limit_amount"] - row["exposure"], lambda row: row["currency"]),
            "rating": Inside("CreditRating", _has_rating),
        },
        identity="customer_id",
    ),
    Shape("CreditTerms", "finance", tables.credit),
    Shape(
        "CreditRating",
        "finance",
        tables.credit,
        {
            "agency": Renamed("rating_agency"),
            "grade": Renamed("rating_grade"),
            "score": Renamed("rating_score"),
            "validUntil": Renamed("rating_valid_until"),
        },
    ),
)

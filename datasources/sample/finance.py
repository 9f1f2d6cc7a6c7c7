"""Finance's part of a sample customer: invoices of the orders, payments of the invoices."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from datasources.currencies import round_amount
from datasources.finance import tables
from datasources.finance.codes import DecisionBasis, InvoiceState, PaymentMethod
from datasources.sales.codes import OrderState
from datasources.sample.profile import Profile
from datasources.sample.rows import Rows, new_id
from datasources.sample.sales import Order
from datasources.sample.traits import Payer

INVOICED = (OrderState.COMPLETED, OrderState.PARTIAL, OrderState.RETURNED, OrderState.IN_PROGRESS)
# Range of days from the due date to the payment.
PAYS_AFTER_DUE = {Payer.PROMPT: (-18, 1), Payer.LATE: (0, 45), Payer.BAD: (5, 90)}
NEVER_PAYS = {Payer.PROMPT: 0.002, Payer.LATE: 0.02, Payer.BAD: 0.2}
METHODS = (PaymentMethod.BANK_TRANSFER, PaymentMethod.CARD, PaymentMethod.DIRECT_DEBIT)
DUNNING_AFTER_DAYS = (14, 30, 60)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Invoice:
    id: UUID
    number: str
    order: Order
    issued_on: date
    due_on: date
    paid: Decimal
    paid_on: date | None
    credited: Decimal

    @property
    def open_amount(self) -> Decimal:
        return self.order.total - self.paid - self.credited

    @property
    def retain_until(self) -> date:
        return date(self.issued_on.year + 10, 12, 31)


def draw_invoices(profile: Profile, orders: list[Order], rng: Random) -> list[Invoice]:
    invoices = [_draw_invoice(profile, order, rng) for order in orders if order.state in INVOICED]
    if profile.is_showcase:
        # The last invoice is overdue and unpaid.
        invoices[-1] = _unpaid(invoices[-1])
    return invoices


def add_finance(rows: Rows, profile: Profile, invoices: list[Invoice], rng: Random) -> None:
    for invoice in invoices:
        _add_invoice(rows, profile, invoice)
        _add_payment(rows, profile, invoice, rng)
        _add_credit_note(rows, profile, invoice, rng)
        _add_dunning(rows, profile, invoice, rng)
    _add_accounts(rows, profile, invoices, rng)
    if profile.traits.has_credit:
        _add_credit(rows, profile, invoices, rng)


def net_days(profile: Profile) -> int:
    return 30 if profile.is_organization or profile.is_showcase else 14


def _draw_invoice(profile: Profile, order: Order, rng: Random) -> Invoice:
    issued_on = min(order.placed_on + timedelta(days=rng.randrange(3)), profile.today)
    due_on = issued_on + timedelta(days=net_days(profile))
    credited = _credited_amount(order, rng)
    paid_on = due_on + timedelta(days=rng.randrange(*PAYS_AFTER_DUE[profile.traits.payer]))
    paid = order.total - credited
    if max(paid_on, issued_on) > profile.today or rng.random() < NEVER_PAYS[profile.traits.payer]:
        paid = ZERO
    elif rng.random() < 0.02:
        paid = round_amount(paid / 2, order.currency)
    number = order.number.replace("SO-", "INV-")
    return Invoice(
        id=new_id(rng),
        number=number,
        order=order,
        issued_on=issued_on,
        due_on=due_on,
        paid=paid,
        paid_on=max(paid_on, issued_on) if paid else None,
        credited=credited,
    )


def _credited_amount(order: Order, rng: Random) -> Decimal:
    if order.state is OrderState.RETURNED:
        return order.total
    return order.lines[-1].amount if len(order.lines) > 1 and rng.random() < 0.02 else ZERO


def _unpaid(invoice: Invoice) -> Invoice:
    return replace(invoice, paid=ZERO, paid_on=None, credited=ZERO)


def _state(invoice: Invoice, today: date) -> InvoiceState:
    if invoice.open_amount == 0:
        return InvoiceState.SETTLED
    if invoice.paid or invoice.credited:
        return InvoiceState.PARTIALLY_PAID
    if invoice.issued_on == today:
        return InvoiceState.NEW
    disputed = today > invoice.due_on and invoice.id.int % 11 == 0
    return InvoiceState.ON_HOLD if disputed else InvoiceState.SENT


def _add_invoice(rows: Rows, profile: Profile, invoice: Invoice) -> None:
    order, vat = invoice.order, invoice.order.country.vat_percent
    rows.add(
        tables.invoice,
        customer_id=profile.id,
        id=invoice.id,
        number=invoice.number,
        state=_state(invoice, profile.today),
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        currency=order.currency,
        total=order.total,
        tax=round_amount(order.total * vat / (100 + vat), order.currency),
        open_amount=invoice.open_amount,
        retain_until=invoice.retain_until,
    )
    for position, line in enumerate(order.lines, 1):
        rows.add(
            tables.invoice_line,
            customer_id=profile.id,
            invoice_id=invoice.id,
            position=position,
            sku=line.product.sku,
            description=line.product.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
            amount=line.amount,
            currency=order.currency,
        )


def _add_payment(rows: Rows, profile: Profile, invoice: Invoice, rng: Random) -> None:
    if not invoice.paid:
        return
    method = METHODS[profile.index % len(METHODS)]
    reference = f"{rng.randrange(10**15):016d}" if method is PaymentMethod.CARD else None
    rows.add(
        tables.payment,
        customer_id=profile.id,
        id=new_id(rng),
        invoice_id=invoice.id,
        method=method,
        received_on=invoice.paid_on,
        currency=invoice.order.currency,
        amount=invoice.paid,
        payer_reference=reference or f"{profile.home.country.code}00BANK{profile.index:012d}",
        retain_until=invoice.retain_until,
    )


def _add_credit_note(rows: Rows, profile: Profile, invoice: Invoice, rng: Random) -> None:
    if not invoice.credited:
        return
    returned = invoice.order.state is OrderState.RETURNED
    rows.add(
        tables.credit_note,
        customer_id=profile.id,
        id=new_id(rng),
        invoice_id=invoice.id,
        number=invoice.number.replace("INV-", "CN-"),
        issued_on=min(invoice.issued_on + timedelta(days=rng.randrange(3, 25)), profile.today),
        currency=invoice.order.currency,
        amount=invoice.credited,
        reason="Returned" if returned else "One item arrived damaged",
        retain_until=invoice.retain_until,
    )


def _add_dunning(rows: Rows, profile: Profile, invoice: Invoice, rng: Random) -> None:
    settled_on = invoice.paid_on if invoice.open_amount == 0 and invoice.paid_on else profile.today
    if invoice.open_amount == 0 and not invoice.paid:
        return
    for level, days in enumerate(DUNNING_AFTER_DAYS, 1):
        sent_on = invoice.due_on + timedelta(days=days)
        if sent_on >= settled_on:
            return
        rows.add(
            tables.dunning_notice,
            customer_id=profile.id,
            id=new_id(rng),
            invoice_id=invoice.id,
            level=level,
            sent_on=sent_on,
            currency=invoice.order.currency,
            fee=invoice.order.country.price(Decimal(5 * (level - 1))),
            stopped_until=sent_on + timedelta(days=21) if rng.random() < 0.1 else None,
        )


def _add_accounts(rows: Rows, profile: Profile, invoices: list[Invoice], rng: Random) -> None:
    """Add one account per currency; its balance is the sum of the open amounts."""
    by_currency: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        by_currency[invoice.order.currency].append(invoice)
    for currency in list(by_currency)[:1]:
        # Before the accounts, because a trigger would add a row for a customer without one.
        rows.add(tables.billing, customer_id=profile.id, currency=currency)
    for currency, theirs in by_currency.items():
        rows.add(
            tables.account,
            customer_id=profile.id,
            id=new_id(rng),
            number=f"{10_000_000 + profile.index}-{currency}",
            currency=currency,
            balance=sum((invoice.open_amount for invoice in theirs), ZERO),
            opened_on=theirs[0].issued_on,
            closed_on=profile.today - timedelta(days=10) if _is_closed(profile, theirs) else None,
        )


def _is_closed(profile: Profile, invoices: list[Invoice]) -> bool:
    return profile.traits.last_order_days_ago > 1_200 and not any(each.open_amount for each in invoices)


def _add_credit(rows: Rows, profile: Profile, invoices: list[Invoice], rng: Random) -> None:
    owed = (each.open_amount for each in invoices if each.order.currency == profile.currency)
    score, rated = rng.randrange(320, 900), profile.is_showcase or rng.random() < 0.8
    offers_discount = profile.is_showcase or rng.random() < 0.4
    rows.add(
        tables.credit,
        customer_id=profile.id,
        net_days=net_days(profile),
        discount_percent=Decimal(2) if offers_discount else None,
        discount_days=10 if offers_discount else None,
        currency=profile.currency,
        limit_amount=profile.home.country.price(Decimal(rng.randrange(1, 80) * 500)),
        exposure=sum(owed, ZERO),
        rating_agency="Sample Ratings" if rated else None,
        rating_grade="ABCDE"[(899 - score) // 120] if rated else None,
        rating_score=score if rated else None,
        rating_valid_until=profile.today + timedelta(days=rng.randrange(-60, 300)) if rated else None,
        decision_basis=rng.choice(tuple(DecisionBasis)),
        decided_on=profile.since,
    )

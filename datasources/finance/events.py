"""What finance's tables tell: invoices, payments, credit notes, dunning, accounts and credit."""

from auth.policy.categories import Category
from datasources.finance import tables
from datasources.recording.kinds import Entry, EventKind, TableEvents

EVENTS = (
    TableEvents(
        tables.account,
        (
            EventKind("ACCOUNT", Category.ACCOUNT, ("number", "opened_on", "closed_on")),
            EventKind("BALANCE", Category.BALANCE, ("balance", "currency")),
        ),
    ),
    TableEvents(
        tables.billing,
        # The currency that balances are told in.
        (EventKind("BILLING_CURRENCY", Category.BALANCE, ("currency",)),),
        row="customer_id",
    ),
    TableEvents(
        tables.invoice,
        (
            EventKind(
                "INVOICE",
                Category.INVOICE,
                ("number", "state", "issued_on", "due_on", "currency", "total", "tax", "open_amount", "retain_until"),
                entry=Entry("issued_on"),
            ),
        ),
    ),
    TableEvents(
        tables.invoice_line,
        (
            EventKind(
                "INVOICE",
                Category.INVOICE,
                ("position", "sku", "description", "quantity", "unit_price", "amount", "currency"),
            ),
        ),
        row="invoice_id",
        part_of=tables.invoice,
    ),
    TableEvents(
        tables.payment,
        (
            EventKind(
                "PAYMENT",
                Category.PAYMENT,
                ("invoice_id", "method", "received_on", "currency", "amount", "retain_until"),
                entry=Entry("received_on"),
            ),
            EventKind("PAYER_REFERENCE", Category.PAYER_REFERENCE, ("payer_reference",)),
        ),
    ),
    TableEvents(
        tables.credit_note,
        (
            EventKind(
                "CREDIT_NOTE",
                Category.INVOICE,
                ("invoice_id", "number", "issued_on", "currency", "amount", "reason", "retain_until"),
                entry=Entry("issued_on"),
            ),
        ),
    ),
    TableEvents(
        tables.dunning_notice,
        (
            EventKind(
                "DUNNING_NOTICE",
                Category.DUNNING,
                ("invoice_id", "level", "sent_on", "currency", "fee", "stopped_until"),
                entry=Entry("sent_on"),
            ),
        ),
    ),
    TableEvents(
        tables.credit,
        (
            EventKind("CREDIT_TERMS", Category.CREDIT_TERMS, ("net_days", "discount_percent", "discount_days")),
            EventKind(
                "CREDIT_LIMIT",
                Category.CREDIT_LIMIT,
                ("currency", "limit_amount", "exposure", "decision_basis", "decided_on"),
            ),
            EventKind(
                "CREDIT_RATING",
                Category.CREDIT_SCORE,
                ("rating_agency", "rating_grade", "rating_score", "rating_valid_until"),
            ),
        ),
        row="customer_id",
    ),
)

SILENT_TABLES: dict[str, str] = {}

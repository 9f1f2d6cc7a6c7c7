"""Finance's tables: accounts, invoices, payments, dunning and credit."""

from sqlalchemy import (
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from datasources.columns import amount, code, currency, decimal, metadata, row_id, subject_id, unit_amount
from datasources.finance.codes import DecisionBasis, InvoiceState, PaymentMethod
from datasources.recording.tables import add_event_tables

METADATA = metadata("finance")
add_event_tables(METADATA)

account = Table(
    "account",
    METADATA,
    subject_id(),
    row_id(),
    Column("number", Text(), nullable=False, unique=True),
    currency(),
    amount("balance"),
    Column("opened_on", Date(), nullable=False),
    Column("closed_on", Date()),
)

# The currency that a customer is billed in. A trigger takes that of the first account where nothing else was said.
billing = Table("billing", METADATA, subject_id(), currency())

invoice = Table(
    "invoice",
    METADATA,
    subject_id(),
    row_id(),
    Column("number", Text(), nullable=False, unique=True),
    code("state", InvoiceState),
    Column("issued_on", Date(), nullable=False),
    Column("due_on", Date(), nullable=False),
    currency(),
    amount("total"),
    amount("tax"),
    amount("open_amount"),
    Column("retain_until", Date()),
    Index("ix_invoice_newest", "customer_id", text("issued_on DESC"), text("id DESC")),
    Index("ix_invoice_open", "customer_id", "due_on", postgresql_where=text("open_amount > 0")),
)

invoice_line = Table(
    "invoice_line",
    METADATA,
    subject_id(),
    Column("invoice_id", Uuid(), primary_key=True),
    Column("position", Integer(), primary_key=True),
    Column("sku", Text()),
    Column("description", Text(), nullable=False),
    decimal("quantity"),
    unit_amount("unit_price"),
    unit_amount("amount"),
    currency(),
    ForeignKeyConstraint(
        ["customer_id", "invoice_id"],
        ["finance.invoice.customer_id", "finance.invoice.id"],
        ondelete="CASCADE",
    ),
)

payment = Table(
    "payment",
    METADATA,
    subject_id(),
    row_id(),
    Column("invoice_id", Uuid()),
    code("method", PaymentMethod),
    Column("received_on", Date(), nullable=False),
    currency(),
    amount("amount"),
    # The payer's account or card as the bank reports it: shown masked, last four only.
    Column("payer_reference", Text()),
    Column("retain_until", Date()),
    Index("ix_payment_newest", "customer_id", text("received_on DESC"), text("id DESC")),
    Index("ix_payment_invoice", "customer_id", "invoice_id"),
)

credit_note = Table(
    "credit_note",
    METADATA,
    subject_id(),
    row_id(),
    Column("invoice_id", Uuid()),
    Column("number", Text(), nullable=False, unique=True),
    Column("issued_on", Date(), nullable=False),
    currency(),
    amount("amount"),
    Column("reason", Text()),
    Column("retain_until", Date()),
    Index("ix_credit_note_newest", "customer_id", text("issued_on DESC"), text("id DESC")),
)

dunning_notice = Table(
    "dunning_notice",
    METADATA,
    subject_id(),
    row_id(),
    Column("invoice_id", Uuid()),
    Column("level", SmallInteger(), nullable=False),
    Column("sent_on", Date(), nullable=False),
    currency(),
    amount("fee"),
    Column("stopped_until", Date()),
    Index("ix_dunning_notice_newest", "customer_id", text("sent_on DESC"), text("id DESC")),
)

credit = Table(
    "credit",
    METADATA,
    subject_id(),
    Column("net_days", SmallInteger(), nullable=False),
    decimal("discount_percent", nullable=True),
    Column("discount_days", SmallInteger()),
    currency(),
    amount("limit_amount", nullable=True),
    amount("exposure"),
    Column("rating_agency", Text()),
    Column("rating_grade", Text()),
    Column("rating_score", Integer()),
    Column("rating_valid_until", Date()),
    code("decision_basis", DecisionBasis, nullable=True),
    Column("decided_on", Date()),
)

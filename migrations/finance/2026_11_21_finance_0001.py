"""Create everything of finance."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "finance_0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = ("finance",)
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("balance", sa.Numeric(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("balance > '-Infinity' AND balance < 'Infinity'", name=op.f("ck_account_balance_finite")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_account_currency_iso4217")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_account")),
        sa.UniqueConstraint("number", name=op.f("uq_account_number")),
        schema="finance",
    )
    op.create_table(
        "credit",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("net_days", sa.SmallInteger(), nullable=False),
        sa.Column("discount_percent", sa.Numeric(), nullable=True),
        sa.Column("discount_days", sa.SmallInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("limit_amount", sa.Numeric(), nullable=True),
        sa.Column("exposure", sa.Numeric(), nullable=False),
        sa.Column("rating_agency", sa.Text(), nullable=True),
        sa.Column("rating_grade", sa.Text(), nullable=True),
        sa.Column("rating_score", sa.Integer(), nullable=True),
        sa.Column("rating_valid_until", sa.Date(), nullable=True),
        sa.Column("decision_basis", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_credit_currency_iso4217")),
        sa.CheckConstraint("decision_basis IN ('HUMAN', 'AUTOMATED')", name=op.f("ck_credit_decision_basis_known")),
        sa.CheckConstraint(
            "discount_percent > '-Infinity' AND discount_percent < 'Infinity'",
            name=op.f("ck_credit_discount_percent_finite"),
        ),
        sa.CheckConstraint("exposure > '-Infinity' AND exposure < 'Infinity'", name=op.f("ck_credit_exposure_finite")),
        sa.CheckConstraint(
            "limit_amount > '-Infinity' AND limit_amount < 'Infinity'",
            name=op.f("ck_credit_limit_amount_finite"),
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_credit")),
        schema="finance",
    )
    op.create_table(
        "credit_note",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.CheckConstraint("amount > '-Infinity' AND amount < 'Infinity'", name=op.f("ck_credit_note_amount_finite")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_credit_note_currency_iso4217")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_credit_note")),
        sa.UniqueConstraint("number", name=op.f("uq_credit_note_number")),
        schema="finance",
    )
    op.create_index(
        "ix_credit_note_newest",
        "credit_note",
        ["customer_id", sa.literal_column("issued_on DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="finance",
    )
    op.create_table(
        "dunning_notice",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("fee", sa.Numeric(), nullable=False),
        sa.Column("stopped_until", sa.Date(), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_dunning_notice_currency_iso4217")),
        sa.CheckConstraint("fee > '-Infinity' AND fee < 'Infinity'", name=op.f("ck_dunning_notice_fee_finite")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_dunning_notice")),
        schema="finance",
    )
    op.create_index(
        "ix_dunning_notice_newest",
        "dunning_notice",
        ["customer_id", sa.literal_column("sent_on DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="finance",
    )
    op.create_table(
        "invoice",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("tax", sa.Numeric(), nullable=False),
        sa.Column("open_amount", sa.Numeric(), nullable=False),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_invoice_currency_iso4217")),
        sa.CheckConstraint(
            "open_amount > '-Infinity' AND open_amount < 'Infinity'",
            name=op.f("ck_invoice_open_amount_finite"),
        ),
        sa.CheckConstraint(
            "state IN ('NEW', 'ON_HOLD', 'VALIDATED', 'SENT', 'PARTIALLY_PAID', 'SETTLED')",
            name=op.f("ck_invoice_state_known"),
        ),
        sa.CheckConstraint("tax > '-Infinity' AND tax < 'Infinity'", name=op.f("ck_invoice_tax_finite")),
        sa.CheckConstraint("total > '-Infinity' AND total < 'Infinity'", name=op.f("ck_invoice_total_finite")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("number", name=op.f("uq_invoice_number")),
        schema="finance",
    )
    op.create_index(
        "ix_invoice_newest",
        "invoice",
        ["customer_id", sa.literal_column("issued_on DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="finance",
    )
    op.create_index(
        "ix_invoice_open",
        "invoice",
        ["customer_id", "due_on"],
        unique=False,
        schema="finance",
        postgresql_where=sa.text("open_amount > 0"),
    )
    op.create_table(
        "payment",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("payer_reference", sa.Text(), nullable=True),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.CheckConstraint("amount > '-Infinity' AND amount < 'Infinity'", name=op.f("ck_payment_amount_finite")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_payment_currency_iso4217")),
        sa.CheckConstraint(
            "method IN ('BANK_TRANSFER', 'DIRECT_DEBIT', 'CARD', 'CASH', 'OTHER')",
            name=op.f("ck_payment_method_known"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_payment")),
        schema="finance",
    )
    op.create_index("ix_payment_invoice", "payment", ["customer_id", "invoice_id"], unique=False, schema="finance")
    op.create_index(
        "ix_payment_newest",
        "payment",
        ["customer_id", sa.literal_column("received_on DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="finance",
    )
    op.create_table(
        "invoice_line",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit_price", sa.Numeric(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint("amount > '-Infinity' AND amount < 'Infinity'", name=op.f("ck_invoice_line_amount_finite")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_invoice_line_currency_iso4217")),
        sa.CheckConstraint(
            "quantity > '-Infinity' AND quantity < 'Infinity'", name=op.f("ck_invoice_line_quantity_finite")
        ),
        sa.CheckConstraint(
            "unit_price > '-Infinity' AND unit_price < 'Infinity'",
            name=op.f("ck_invoice_line_unit_price_finite"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "invoice_id"],
            ["finance.invoice.customer_id", "finance.invoice.id"],
            name=op.f("fk_invoice_line_customer_id_invoice_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "invoice_id", "position", name=op.f("pk_invoice_line")),
        schema="finance",
    )


def downgrade() -> None:
    op.drop_table("invoice_line", schema="finance")
    op.drop_index("ix_payment_newest", table_name="payment", schema="finance")
    op.drop_index("ix_payment_invoice", table_name="payment", schema="finance")
    op.drop_table("payment", schema="finance")
    op.drop_index(
        "ix_invoice_open", table_name="invoice", schema="finance", postgresql_where=sa.text("open_amount > 0")
    )
    op.drop_index("ix_invoice_newest", table_name="invoice", schema="finance")
    op.drop_table("invoice", schema="finance")
    op.drop_index("ix_dunning_notice_newest", table_name="dunning_notice", schema="finance")
    op.drop_table("dunning_notice", schema="finance")
    op.drop_index("ix_credit_note_newest", table_name="credit_note", schema="finance")
    op.drop_table("credit_note", schema="finance")
    op.drop_table("credit", schema="finance")
    op.drop_table("account", schema="finance")

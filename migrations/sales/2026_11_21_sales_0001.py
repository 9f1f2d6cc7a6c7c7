"""Create everything of sales."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "sales_0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = ("sales",)
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "opportunity",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("probability", sa.Numeric(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("expected_close_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.CheckConstraint("amount > '-Infinity' AND amount < 'Infinity'", name=op.f("ck_opportunity_amount_finite")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_opportunity_currency_iso4217")),
        sa.CheckConstraint(
            "probability > '-Infinity' AND probability < 'Infinity'",
            name=op.f("ck_opportunity_probability_finite"),
        ),
        sa.CheckConstraint(
            "stage IN ('QUALIFYING', 'PROPOSING', 'NEGOTIATING', 'WON', 'LOST')",
            name=op.f("ck_opportunity_stage_known"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_opportunity")),
        schema="sales",
    )
    op.create_index(
        "ix_opportunity_newest",
        "opportunity",
        ["customer_id", sa.literal_column("opened_on DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="sales",
    )
    op.create_table(
        "owned_product",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("owned_since", sa.Date(), nullable=False),
        sa.Column("last_bought_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.CheckConstraint(
            "quantity > '-Infinity' AND quantity < 'Infinity'", name=op.f("ck_owned_product_quantity_finite")
        ),
        sa.PrimaryKeyConstraint("customer_id", "product_id", name=op.f("pk_owned_product")),
        schema="sales",
    )
    op.create_index(
        "ix_owned_product_newest",
        "owned_product",
        ["customer_id", sa.literal_column("last_bought_on DESC"), sa.literal_column("product_id DESC")],
        unique=False,
        schema="sales",
    )
    op.create_table(
        "product",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("list_price", sa.Numeric(), nullable=True),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_product_currency_iso4217")),
        sa.CheckConstraint(
            "list_price > '-Infinity' AND list_price < 'Infinity'", name=op.f("ck_product_list_price_finite")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("sku", name=op.f("uq_product_sku")),
        schema="sales",
    )
    op.create_table(
        "quote",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_quote_currency_iso4217")),
        sa.CheckConstraint(
            "state IN ('IN_PROGRESS', 'PENDING', 'APPROVED', 'ACCEPTED', 'REJECTED', 'CANCELLED')",
            name=op.f("ck_quote_state_known"),
        ),
        sa.CheckConstraint("total > '-Infinity' AND total < 'Infinity'", name=op.f("ck_quote_total_finite")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_quote")),
        sa.UniqueConstraint("number", name=op.f("uq_quote_number")),
        schema="sales",
    )
    op.create_index(
        "ix_quote_newest",
        "quote",
        ["customer_id", sa.literal_column("issued_on DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="sales",
    )
    op.create_table(
        "recommendation",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("score", sa.Numeric(), nullable=False),
        sa.Column("reason_kind", sa.Text(), nullable=False),
        sa.Column("antecedent_product_id", sa.Uuid(), nullable=True),
        sa.Column("support", sa.Numeric(), nullable=True),
        sa.Column("confidence", sa.Numeric(), nullable=True),
        sa.Column("lift", sa.Numeric(), nullable=True),
        sa.Column("interval_days", sa.Integer(), nullable=True),
        sa.Column("last_bought_on", sa.Date(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=True),
        sa.Column("share", sa.Numeric(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("computed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "confidence > '-Infinity' AND confidence < 'Infinity'",
            name=op.f("ck_recommendation_confidence_finite"),
        ),
        sa.CheckConstraint("kind IN ('NEXT_BEST', 'CROSS_SELL', 'REPEAT')", name=op.f("ck_recommendation_kind_known")),
        sa.CheckConstraint("lift > '-Infinity' AND lift < 'Infinity'", name=op.f("ck_recommendation_lift_finite")),
        sa.CheckConstraint(
            "reason_kind IN ('BOUGHT_TOGETHER', 'REPURCHASE', 'POPULAR_IN_SEGMENT')",
            name=op.f("ck_recommendation_reason_kind_known"),
        ),
        sa.CheckConstraint("score > '-Infinity' AND score < 'Infinity'", name=op.f("ck_recommendation_score_finite")),
        sa.CheckConstraint("share > '-Infinity' AND share < 'Infinity'", name=op.f("ck_recommendation_share_finite")),
        sa.CheckConstraint(
            "support > '-Infinity' AND support < 'Infinity'", name=op.f("ck_recommendation_support_finite")
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_recommendation")),
        schema="sales",
    )
    op.create_index(
        "ix_recommendation_best",
        "recommendation",
        ["customer_id", sa.literal_column("score DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="sales",
    )
    op.create_table(
        "sales_order",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("placed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('EMAIL', 'PHONE', 'SMS', 'POST', 'CHAT', 'IN_PERSON', 'WEB', 'SOCIAL')",
            name=op.f("ck_sales_order_channel_known"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_sales_order_currency_iso4217")),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'ACKNOWLEDGED', 'IN_PROGRESS', 'PARTIAL', 'COMPLETED', 'FAILED',"
            " 'CANCELLED', 'RETURNED')",
            name=op.f("ck_sales_order_state_known"),
        ),
        sa.CheckConstraint("total > '-Infinity' AND total < 'Infinity'", name=op.f("ck_sales_order_total_finite")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_order_number")),
        schema="sales",
    )
    op.create_index(
        "ix_sales_order_newest",
        "sales_order",
        ["customer_id", sa.literal_column("placed_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="sales",
    )
    op.create_table(
        "order_line",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit_price", sa.Numeric(), nullable=False),
        sa.Column("discount_percent", sa.Numeric(), nullable=True),
        sa.Column("amount", sa.Numeric(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint("amount > '-Infinity' AND amount < 'Infinity'", name=op.f("ck_order_line_amount_finite")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_order_line_currency_iso4217")),
        sa.CheckConstraint(
            "discount_percent > '-Infinity' AND discount_percent < 'Infinity'",
            name=op.f("ck_order_line_discount_percent_finite"),
        ),
        sa.CheckConstraint(
            "quantity > '-Infinity' AND quantity < 'Infinity'", name=op.f("ck_order_line_quantity_finite")
        ),
        sa.CheckConstraint(
            "unit_price > '-Infinity' AND unit_price < 'Infinity'",
            name=op.f("ck_order_line_unit_price_finite"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales.sales_order.customer_id", "sales.sales_order.id"],
            name=op.f("fk_order_line_customer_id_order_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "order_id", "position", name=op.f("pk_order_line")),
        schema="sales",
    )


def downgrade() -> None:
    op.drop_table("order_line", schema="sales")
    op.drop_index("ix_sales_order_newest", table_name="sales_order", schema="sales")
    op.drop_table("sales_order", schema="sales")
    op.drop_index("ix_recommendation_best", table_name="recommendation", schema="sales")
    op.drop_table("recommendation", schema="sales")
    op.drop_index("ix_quote_newest", table_name="quote", schema="sales")
    op.drop_table("quote", schema="sales")
    op.drop_table("product", schema="sales")
    op.drop_index("ix_owned_product_newest", table_name="owned_product", schema="sales")
    op.drop_table("owned_product", schema="sales")
    op.drop_index("ix_opportunity_newest", table_name="opportunity", schema="sales")
    op.drop_table("opportunity", schema="sales")

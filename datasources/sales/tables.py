"""Sales' tables: products, orders, opportunities, quotes and recommendations."""

from sqlalchemy import (
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)

from datasources.columns import (
    amount,
    code,
    currency,
    decimal,
    metadata,
    moment,
    ratio,
    row_id,
    subject_id,
    unit_amount,
)
from datasources.core.codes import Channel
from datasources.recording.tables import add_event_tables
from datasources.sales.codes import (
    OpportunityStage,
    OrderState,
    QuoteState,
    RecommendationKind,
    RecommendationReasonKind,
)

METADATA = metadata("sales")
add_event_tables(METADATA)

product = Table(
    "product",
    METADATA,
    row_id(),
    Column("sku", Text(), nullable=False, unique=True),
    Column("name", Text(), nullable=False),
    Column("category", Text()),
    currency(nullable=True),
    amount("list_price", nullable=True),
)

# Named sales_order since ORDER is a word of SQL.
sales_order = Table(
    "sales_order",
    METADATA,
    subject_id(),
    row_id(),
    Column("number", Text(), nullable=False, unique=True),
    code("state", OrderState),
    code("channel", Channel),
    moment("placed_at"),
    currency(),
    amount("total"),
    Column("retain_until", Date()),
    Index("ix_sales_order_newest", "customer_id", text("placed_at DESC"), text("id DESC")),
)

order_line = Table(
    "order_line",
    METADATA,
    subject_id(),
    Column("order_id", Uuid(), primary_key=True),
    Column("position", Integer(), primary_key=True),
    Column("product_id", Uuid(), nullable=False),
    decimal("quantity"),
    unit_amount("unit_price"),
    decimal("discount_percent", nullable=True),
    unit_amount("amount"),
    currency(),
    ForeignKeyConstraint(
        ["customer_id", "order_id"],
        ["sales.sales_order.customer_id", "sales.sales_order.id"],
        ondelete="CASCADE",
    ),
)

opportunity = Table(
    "opportunity",
    METADATA,
    subject_id(),
    row_id(),
    Column("name", Text(), nullable=False),
    code("stage", OpportunityStage),
    currency(),
    amount("amount"),
    ratio("probability"),
    Column("opened_on", Date(), nullable=False),
    Column("expected_close_on", Date()),
    Column("owner", Text()),
    Index("ix_opportunity_newest", "customer_id", text("opened_on DESC"), text("id DESC")),
)

quote = Table(
    "quote",
    METADATA,
    subject_id(),
    row_id(),
    Column("number", Text(), nullable=False, unique=True),
    code("state", QuoteState),
    Column("issued_on", Date(), nullable=False),
    Column("valid_until", Date()),
    currency(),
    amount("total"),
    Index("ix_quote_newest", "customer_id", text("issued_on DESC"), text("id DESC")),
)

owned_product = Table(
    "owned_product",
    METADATA,
    subject_id(),
    Column("product_id", Uuid(), primary_key=True),
    Column("owned_since", Date(), nullable=False),
    Column("last_bought_on", Date(), nullable=False),
    decimal("quantity"),
    Index("ix_owned_product_newest", "customer_id", text("last_bought_on DESC"), text("product_id DESC")),
)

recommendation = Table(
    "recommendation",
    METADATA,
    subject_id(),
    row_id(),
    Column("product_id", Uuid(), nullable=False),
    code("kind", RecommendationKind),
    ratio("score"),
    code("reason_kind", RecommendationReasonKind),
    Column("antecedent_product_id", Uuid()),
    ratio("support", nullable=True),
    ratio("confidence", nullable=True),
    ratio("lift", nullable=True),
    Column("interval_days", Integer()),
    Column("last_bought_on", Date()),
    Column("segment", Text()),
    ratio("share", nullable=True),
    Column("model", Text(), nullable=False),
    moment("computed_at"),
    Index("ix_recommendation_best", "customer_id", text("score DESC"), text("id DESC")),
)

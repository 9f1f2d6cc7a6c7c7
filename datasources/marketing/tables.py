"""Marketing's tables: campaigns, touchpoints, segments, interests, scores and loyalty."""

from sqlalchemy import Column, Date, Index, Integer, Table, Text, Uuid, text

from datasources.columns import amount, code, currency, metadata, moment, ratio, row_id, subject_id
from datasources.core.codes import Channel
from datasources.marketing.codes import LoyaltyTier, TouchpointOutcome
from datasources.recording.tables import add_event_tables

METADATA = metadata("marketing")
add_event_tables(METADATA)

campaign = Table(
    "campaign",
    METADATA,
    row_id(),
    Column("code", Text(), nullable=False, unique=True),
    Column("name", Text(), nullable=False),
    code("channel", Channel),
    Column("starts_on", Date(), nullable=False),
    Column("ends_on", Date()),
)

touchpoint = Table(
    "touchpoint",
    METADATA,
    subject_id(),
    row_id(),
    Column("campaign_id", Uuid(), nullable=False),
    code("channel", Channel),
    code("outcome", TouchpointOutcome),
    moment("occurred_at"),
    currency(nullable=True),
    amount("revenue", nullable=True),
    Column("retain_until", Date()),
    Index("ix_touchpoint_newest", "customer_id", text("occurred_at DESC"), text("id DESC")),
)

segment = Table(
    "segment",
    METADATA,
    row_id(),
    Column("code", Text(), nullable=False, unique=True),
    Column("name", Text(), nullable=False),
    Column("definition", Text(), nullable=False),
)

segment_membership = Table(
    "segment_membership",
    METADATA,
    subject_id(),
    Column("segment_id", Uuid(), primary_key=True),
    Column("entered_on", Date(), nullable=False),
    Column("because", Text()),
    Index("ix_segment_membership_newest", "customer_id", text("entered_on DESC"), text("segment_id DESC")),
)

interest = Table(
    "interest",
    METADATA,
    subject_id(),
    Column("topic", Text(), primary_key=True),
    ratio("score"),
    moment("updated_at"),
)

# One row a customer: computed elsewhere, stored here.
score = Table(
    "score",
    METADATA,
    subject_id(),
    Column("recency_days", Integer()),
    Column("frequency", Integer()),
    amount("monetary", nullable=True),
    currency(nullable=True),
    Column("rfm_code", Text()),
    amount("lifetime_value", nullable=True),
    Column("lifetime_horizon_days", Integer()),
    Column("lifetime_model", Text()),
    ratio("churn_probability", nullable=True),
    Column("churn_horizon_days", Integer()),
    Column("churn_model", Text()),
    moment("computed_at"),
)

loyalty = Table(
    "loyalty",
    METADATA,
    subject_id(),
    Column("program", Text(), nullable=False),
    code("tier", LoyaltyTier),
    Column("points", Integer(), nullable=False),
    Column("expiring_points", Integer()),
    Column("expiring_on", Date()),
)

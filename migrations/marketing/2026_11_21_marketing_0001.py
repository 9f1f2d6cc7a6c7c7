"""Create everything of marketing."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "marketing_0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = ("marketing",)
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('EMAIL', 'PHONE', 'SMS', 'POST', 'CHAT', 'IN_PERSON', 'WEB', 'SOCIAL')",
            name=op.f("ck_campaign_channel_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
        schema="marketing",
    )
    op.create_table(
        "interest",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("score", sa.Numeric(), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("score > '-Infinity' AND score < 'Infinity'", name=op.f("ck_interest_score_finite")),
        sa.PrimaryKeyConstraint("customer_id", "topic", name=op.f("pk_interest")),
        schema="marketing",
    )
    op.create_table(
        "loyalty",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("expiring_points", sa.Integer(), nullable=True),
        sa.Column("expiring_on", sa.Date(), nullable=True),
        sa.CheckConstraint("tier IN ('BASIC', 'SILVER', 'GOLD', 'PLATINUM')", name=op.f("ck_loyalty_tier_known")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_loyalty")),
        schema="marketing",
    )
    op.create_table(
        "score",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("recency_days", sa.Integer(), nullable=True),
        sa.Column("frequency", sa.Integer(), nullable=True),
        sa.Column("monetary", sa.Numeric(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("rfm_code", sa.Text(), nullable=True),
        sa.Column("lifetime_value", sa.Numeric(), nullable=True),
        sa.Column("lifetime_horizon_days", sa.Integer(), nullable=True),
        sa.Column("lifetime_model", sa.Text(), nullable=True),
        sa.Column("churn_probability", sa.Numeric(), nullable=True),
        sa.Column("churn_horizon_days", sa.Integer(), nullable=True),
        sa.Column("churn_model", sa.Text(), nullable=True),
        sa.Column("computed_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "churn_probability > '-Infinity' AND churn_probability < 'Infinity'",
            name=op.f("ck_score_churn_probability_finite"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_score_currency_iso4217")),
        sa.CheckConstraint(
            "lifetime_value > '-Infinity' AND lifetime_value < 'Infinity'",
            name=op.f("ck_score_lifetime_value_finite"),
        ),
        sa.CheckConstraint("monetary > '-Infinity' AND monetary < 'Infinity'", name=op.f("ck_score_monetary_finite")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_score")),
        schema="marketing",
    )
    op.create_table(
        "segment",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("code", name=op.f("uq_segment_code")),
        schema="marketing",
    )
    op.create_table(
        "segment_membership",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("because", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "segment_id", name=op.f("pk_segment_membership")),
        schema="marketing",
    )
    op.create_table(
        "touchpoint",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("revenue", sa.Numeric(), nullable=True),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('EMAIL', 'PHONE', 'SMS', 'POST', 'CHAT', 'IN_PERSON', 'WEB', 'SOCIAL')",
            name=op.f("ck_touchpoint_channel_known"),
        ),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_touchpoint_currency_iso4217")),
        sa.CheckConstraint(
            "outcome IN ('SENT', 'OPENED', 'CLICKED', 'BOUNCED', 'UNSUBSCRIBED', 'CONVERTED')",
            name=op.f("ck_touchpoint_outcome_known"),
        ),
        sa.CheckConstraint("revenue > '-Infinity' AND revenue < 'Infinity'", name=op.f("ck_touchpoint_revenue_finite")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_touchpoint")),
        schema="marketing",
    )
    op.create_index(
        "ix_touchpoint_newest",
        "touchpoint",
        ["customer_id", sa.literal_column("occurred_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="marketing",
    )


def downgrade() -> None:
    op.drop_index("ix_touchpoint_newest", table_name="touchpoint", schema="marketing")
    op.drop_table("touchpoint", schema="marketing")
    op.drop_table("segment_membership", schema="marketing")
    op.drop_table("segment", schema="marketing")
    op.drop_table("score", schema="marketing")
    op.drop_table("loyalty", schema="marketing")
    op.drop_table("interest", schema="marketing")
    op.drop_table("campaign", schema="marketing")

"""Create everything of core."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "core_0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = ("core",)
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "customer",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("legal_name", sa.Text(), nullable=True),
        sa.Column("registration_number", sa.Text(), nullable=True),
        sa.Column("vat_number", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("territory", sa.Text(), nullable=True),
        sa.Column("flags", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("direct_marketing_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("profiling_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("partner_sharing_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("special_categories_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("minor_until", sa.Date(), nullable=True),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_customer_country_iso3166")),
        sa.CheckConstraint("kind IN ('INDIVIDUAL', 'ORGANIZATION')", name=op.f("ck_customer_kind_known")),
        sa.CheckConstraint(
            "status IN ('PROSPECT', 'ACTIVE', 'DORMANT', 'CHURNED', 'ERASED')",
            name=op.f("ck_customer_status_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("number", name=op.f("uq_customer_number")),
        schema="core",
    )
    op.create_index("ix_customer_display_name", "customer", ["display_name", "id"], unique=False, schema="core")
    op.create_index(
        "ix_customer_name_prefix",
        "customer",
        [sa.literal_column("lower(display_name) text_pattern_ops")],
        unique=False,
        schema="core",
    )
    op.create_index("ix_customer_since", "customer", ["since", "id"], unique=False, schema="core")
    op.create_table(
        "channel_preference",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("rank", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("set_via", sa.Text(), nullable=False),
        sa.Column("set_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('EMAIL', 'PHONE', 'SMS', 'POST', 'CHAT', 'IN_PERSON', 'WEB', 'SOCIAL')",
            name=op.f("ck_channel_preference_channel_known"),
        ),
        sa.CheckConstraint(
            "set_via IN ('CORE', 'FINANCE', 'SALES', 'SERVICE', 'MARKETING')",
            name=op.f("ck_channel_preference_set_via_known"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["core.customer.id"],
            name=op.f("fk_channel_preference_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_channel_preference")),
        schema="core",
    )
    op.create_index(
        "ix_channel_preference_newest",
        "channel_preference",
        ["customer_id", sa.literal_column("set_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="core",
    )
    op.create_table(
        "contact_person",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["core.customer.id"],
            name=op.f("fk_contact_person_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_contact_person")),
        schema="core",
    )
    op.create_table(
        "contact_point",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("verified_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_contact_point_country_iso3166")),
        sa.CheckConstraint("kind = 'POSTAL' OR value IS NOT NULL", name=op.f("ck_contact_point_value_present")),
        sa.CheckConstraint("kind IN ('EMAIL', 'PHONE', 'POSTAL')", name=op.f("ck_contact_point_kind_known")),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["core.customer.id"],
            name=op.f("fk_contact_point_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_contact_point")),
        schema="core",
    )
    op.create_index("ix_contact_point_value", "contact_point", ["value", "kind"], unique=False, schema="core")
    op.create_table(
        "identifier",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("first_seen_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("is_verified", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core.customer.id"], name=op.f("fk_identifier_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_identifier")),
        sa.UniqueConstraint("system", "type", "value", name=op.f("uq_identifier_system_type_value")),
        schema="core",
    )
    op.create_table(
        "privacy_event",
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("occurred_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("recorded_via", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "legal_basis IN ('CONSENT', 'CONTRACT', 'LEGAL_OBLIGATION', 'VITAL_INTEREST', 'PUBLIC_TASK',"
            " 'LEGITIMATE_INTEREST')",
            name=op.f("ck_privacy_event_legal_basis_known"),
        ),
        sa.CheckConstraint(
            "recorded_via IN ('CORE', 'FINANCE', 'SALES', 'SERVICE', 'MARKETING')",
            name=op.f("ck_privacy_event_recorded_via_known"),
        ),
        sa.CheckConstraint(
            "state IN ('CONSENT_REQUESTED', 'CONSENT_GIVEN', 'CONSENT_REFUSED', 'CONSENT_WITHDRAWN',"
            " 'CONSENT_REVOKED', 'OBJECTED', 'OBJECTION_LIFTED', 'RESTRICTED', 'RESTRICTION_LIFTED',"
            " 'HELD', 'HOLD_LIFTED')",
            name=op.f("ck_privacy_event_state_known"),
        ),
        sa.CheckConstraint(
            "state LIKE 'CONSENT%' AND topic IN ('DIRECT_MARKETING', 'PROFILING', 'PARTNER_SHARING',"
            " 'SPECIAL_CATEGORIES') OR state LIKE 'OBJECT%' AND topic IN ('DIRECT_MARKETING',"
            " 'PROFILING', 'LEGITIMATE_INTEREST') OR state LIKE 'RESTRICT%' AND topic = 'PROCESSING'"
            " OR state IN ('HELD', 'HOLD_LIFTED') AND topic = 'ERASURE'",
            name=op.f("ck_privacy_event_state_of_topic"),
        ),
        sa.CheckConstraint(
            "topic IN ('DIRECT_MARKETING', 'PROFILING', 'PARTNER_SHARING', 'SPECIAL_CATEGORIES',"
            " 'LEGITIMATE_INTEREST', 'PROCESSING', 'ERASURE')",
            name=op.f("ck_privacy_event_topic_known"),
        ),
        sa.CheckConstraint(
            "isfinite(occurred_at) AND isfinite(expires_at)", name=op.f("ck_privacy_event_moments_finite")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["core.customer.id"],
            name=op.f("fk_privacy_event_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_privacy_event")),
        sa.UniqueConstraint("id", name=op.f("uq_privacy_event_id")),
        schema="core",
    )
    op.create_index(
        "ix_privacy_event_newest",
        "privacy_event",
        ["customer_id", "topic", sa.literal_column("occurred_at DESC"), sa.literal_column("sequence DESC")],
        unique=False,
        schema="core",
    )


def downgrade() -> None:
    op.drop_index("ix_privacy_event_newest", table_name="privacy_event", schema="core")
    op.drop_table("privacy_event", schema="core")
    op.drop_table("identifier", schema="core")
    op.drop_index("ix_contact_point_value", table_name="contact_point", schema="core")
    op.drop_table("contact_point", schema="core")
    op.drop_table("contact_person", schema="core")
    op.drop_index("ix_channel_preference_newest", table_name="channel_preference", schema="core")
    op.drop_table("channel_preference", schema="core")
    op.drop_index("ix_customer_since", table_name="customer", schema="core")
    op.drop_index("ix_customer_name_prefix", table_name="customer", schema="core")
    op.drop_index("ix_customer_display_name", table_name="customer", schema="core")
    op.drop_table("customer", schema="core")

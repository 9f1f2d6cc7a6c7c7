"""Create everything of service."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "service_0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = ("service",)
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("duration_seconds", sa.Integer(), nullable=False),
        sa.Column("caller_number", sa.Text(), nullable=True),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("recording_reference", sa.Text(), nullable=True),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.CheckConstraint("direction IN ('INBOUND', 'OUTBOUND')", name=op.f("ck_call_direction_known")),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_call")),
        schema="service",
    )
    op.create_index(
        "ix_call_newest",
        "call",
        ["customer_id", sa.literal_column("started_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="service",
    )
    op.create_table(
        "feedback",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.SmallInteger(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("given_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('CSAT', 'CES', 'NPS')", name=op.f("ck_feedback_kind_known")),
        sa.CheckConstraint(
            "value BETWEEN CASE WHEN kind = 'NPS' THEN 0 ELSE 1 END"
            " AND CASE kind WHEN 'CSAT' THEN 5 WHEN 'CES' THEN 7 ELSE 10 END",
            name=op.f("ck_feedback_value_on_scale"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_feedback")),
        schema="service",
    )
    op.create_index(
        "ix_feedback_newest",
        "feedback",
        ["customer_id", sa.literal_column("given_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="service",
    )
    op.create_table(
        "ticket",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("opened_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("first_response_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("first_responded_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("resolve_due_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('EMAIL', 'PHONE', 'SMS', 'POST', 'CHAT', 'IN_PERSON', 'WEB', 'SOCIAL')",
            name=op.f("ck_ticket_channel_known"),
        ),
        sa.CheckConstraint("kind IN ('QUESTION', 'INCIDENT', 'COMPLAINT')", name=op.f("ck_ticket_kind_known")),
        sa.CheckConstraint("priority IN ('LOW', 'NORMAL', 'HIGH', 'URGENT')", name=op.f("ck_ticket_priority_known")),
        sa.CheckConstraint("severity IN ('MINOR', 'MAJOR', 'CRITICAL')", name=op.f("ck_ticket_severity_known")),
        sa.CheckConstraint(
            "status IN ('ACKNOWLEDGED', 'REJECTED', 'PENDING', 'HELD', 'IN_PROGRESS', 'CANCELLED',"
            " 'RESOLVED', 'CLOSED')",
            name=op.f("ck_ticket_status_known"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
        schema="service",
    )
    op.create_index(
        "ix_ticket_newest",
        "ticket",
        ["customer_id", sa.literal_column("opened_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="service",
    )
    op.create_table(
        "message",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('EMAIL', 'PHONE', 'SMS', 'POST', 'CHAT', 'IN_PERSON', 'WEB', 'SOCIAL')",
            name=op.f("ck_message_channel_known"),
        ),
        sa.CheckConstraint("direction IN ('INBOUND', 'OUTBOUND')", name=op.f("ck_message_direction_known")),
        sa.ForeignKeyConstraint(
            ["customer_id", "ticket_id"],
            ["service.ticket.customer_id", "service.ticket.id"],
            name=op.f("fk_message_customer_id_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("customer_id", "id", name=op.f("pk_message")),
        schema="service",
    )
    op.create_index(
        "ix_message_newest",
        "message",
        ["customer_id", "ticket_id", sa.literal_column("sent_at DESC"), sa.literal_column("id DESC")],
        unique=False,
        schema="service",
    )


def downgrade() -> None:
    op.drop_index("ix_message_newest", table_name="message", schema="service")
    op.drop_table("message", schema="service")
    op.drop_index("ix_ticket_newest", table_name="ticket", schema="service")
    op.drop_table("ticket", schema="service")
    op.drop_index("ix_feedback_newest", table_name="feedback", schema="service")
    op.drop_table("feedback", schema="service")
    op.drop_index("ix_call_newest", table_name="call", schema="service")
    op.drop_table("call", schema="service")

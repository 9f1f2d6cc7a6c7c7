"""Service's tables: tickets with their messages, calls and feedback."""

from sqlalchemy import (
    CheckConstraint,
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

from datasources.columns import code, metadata, moment, row_id, subject_id
from datasources.core.codes import Channel
from datasources.recording.tables import add_event_tables
from datasources.service.codes import Direction, FeedbackKind, Priority, Severity, TicketKind, TicketStatus

METADATA = metadata("service")
add_event_tables(METADATA)

ticket = Table(
    "ticket",
    METADATA,
    subject_id(),
    row_id(),
    Column("number", Text(), nullable=False, unique=True),
    code("kind", TicketKind),
    code("status", TicketStatus),
    code("priority", Priority),
    code("severity", Severity, nullable=True),
    code("channel", Channel),
    Column("subject", Text(), nullable=False),
    moment("opened_at"),
    moment("first_response_due_at", nullable=True),
    moment("first_responded_at", nullable=True),
    moment("resolve_due_at", nullable=True),
    moment("closed_at", nullable=True),
    Column("retain_until", Date()),
    Index("ix_ticket_newest", "customer_id", text("opened_at DESC"), text("id DESC")),
)

message = Table(
    "message",
    METADATA,
    subject_id(),
    row_id(),
    Column("ticket_id", Uuid(), nullable=False),
    code("channel", Channel),
    code("direction", Direction),
    Column("author", Text()),
    moment("sent_at"),
    Column("body", Text(), nullable=False),
    Index("ix_message_newest", "customer_id", "ticket_id", text("sent_at DESC"), text("id DESC")),
    ForeignKeyConstraint(
        ["customer_id", "ticket_id"],
        ["service.ticket.customer_id", "service.ticket.id"],
        ondelete="CASCADE",
    ),
)

call = Table(
    "call",
    METADATA,
    subject_id(),
    row_id(),
    code("direction", Direction),
    moment("started_at"),
    Column("duration_seconds", Integer(), nullable=False),
    Column("caller_number", Text()),
    Column("agent", Text()),
    Column("recording_reference", Text()),
    Column("retain_until", Date()),
    Index("ix_call_newest", "customer_id", text("started_at DESC"), text("id DESC")),
)

feedback = Table(
    "feedback",
    METADATA,
    subject_id(),
    row_id(),
    code("kind", FeedbackKind),
    Column("value", SmallInteger(), nullable=False),
    Column("comment", Text()),
    moment("given_at"),
    Column("ticket_id", Uuid()),
    CheckConstraint(
        "value BETWEEN CASE WHEN kind = 'NPS' THEN 0 ELSE 1 END"
        " AND CASE kind WHEN 'CSAT' THEN 5 WHEN 'CES' THEN 7 ELSE 10 END",
        name="value_on_scale",
    ),
    Index("ix_feedback_newest", "customer_id", text("given_at DESC"), text("id DESC")),
)

"""What service's tables tell: tickets with their messages, calls and feedback."""

from auth.policy.categories import Category
from datasources.recording.kinds import Entry, EventKind, TableEvents
from datasources.service import tables

EVENTS = (
    TableEvents(
        tables.ticket,
        (
            EventKind(
                "TICKET",
                Category.TICKET,
                (
                    "number",
                    "kind",
                    "status",
                    "priority",
                    "severity",
                    "channel",
                    "subject",
                    "opened_at",
                    "closed_at",
                    "first_response_due_at",
                    "first_responded_at",
                    "resolve_due_at",
                    "retain_until",
                ),
                entry=Entry("opened_at", channel="channel"),
            ),
        ),
    ),
    TableEvents(
        tables.message,
        (
            EventKind(
                "MESSAGE",
                Category.MESSAGE,
                ("ticket_id", "channel", "direction", "author", "sent_at", "body"),
                entry=Entry("sent_at", channel="channel", direction="direction"),
            ),
        ),
        lives_with=(tables.ticket, "ticket_id"),
    ),
    TableEvents(
        tables.call,
        (
            EventKind(
                "CALL",
                Category.CALL,
                ("direction", "started_at", "duration_seconds", "agent", "retain_until"),
                entry=Entry("started_at", direction="direction"),
            ),
            EventKind("CALLER_NUMBER", Category.PHONE, ("caller_number",)),
            EventKind("RECORDING", Category.RECORDING, ("recording_reference",)),
        ),
    ),
    TableEvents(
        tables.feedback,
        (
            EventKind(
                "FEEDBACK",
                Category.FEEDBACK,
                ("kind", "value", "comment", "given_at"),
                entry=Entry("given_at"),
            ),
            EventKind("FEEDBACK_TICKET", Category.TICKET, ("ticket_id",)),
        ),
    ),
)

SILENT_TABLES: dict[str, str] = {}

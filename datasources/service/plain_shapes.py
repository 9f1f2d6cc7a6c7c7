"""How service's types are expressed over the rows of a ticket system, where that does not follow from its tables."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Table

from datasources.json_text import Kind
from datasources.service import shapes, tables
from datasources.service.codes import OPEN
from datasources.sources.columns import Columns
from datasources.sources.from_tables import plain_columns, plain_shapes
from datasources.sources.shapes import (
    Match,
    PlainInside,
    PlainPages,
    PlainRow,
    PlainShapes,
    PlainSubject,
    PlainValue,
    reads,
    within_retention,
)

_TABLES: Mapping[Table, str] = {
    tables.ticket: "tickets",
    tables.message: "messages",
    tables.call: "calls",
    tables.feedback: "feedback",
}
RESOURCES: Mapping[str, Columns] = {resource: plain_columns(table) for table, resource in _TABLES.items()}


@reads(tickets=("status", "retain_until"))
def _open_ticket_count(_: PlainRow, subject: PlainSubject) -> int:
    return sum(ticket["status"] in OPEN and within_retention(ticket, subject) for ticket in subject.rows["tickets"])


@reads("first_response_due_at", "resolve_due_at")
def _has_sla(ticket: PlainRow, _: PlainSubject) -> bool:
    return ticket["first_response_due_at"] is not None or ticket["resolve_due_at"] is not None


@reads("status", "first_response_due_at", "first_responded_at", "resolve_due_at", "closed_at")
def _is_breached(ticket: PlainRow, subject: PlainSubject) -> bool:
    """What was due came late, or has not come and is late by now. A ticket that ended waits for nothing."""
    now = subject.as_of if ticket["status"] in OPEN else None
    closed = ticket["closed_at"] or now
    responded = ticket["first_responded_at"] or closed
    return _is_late(ticket["first_response_due_at"], responded) or _is_late(ticket["resolve_due_at"], closed)


def _is_late(due: datetime | None, done: datetime | None) -> bool:
    return due is not None and done is not None and done > due


def _kept_tickets(row: PlainRow, subject: PlainSubject) -> list[PlainRow]:
    tickets = subject.where("tickets", "id", row["ticket_id"])
    return [ticket for ticket in tickets if within_retention(ticket, subject)]


@reads("ticket_id", tickets=("retain_until",))
def _ticket_within_retention(message: PlainRow, subject: PlainSubject) -> bool:
    """Messages go with their ticket."""
    return bool(_kept_tickets(message, subject))


@reads("ticket_id", tickets=("number", "retain_until"))
def _ticket_number(feedback: PlainRow, subject: PlainSubject) -> str | None:
    return next((ticket["number"] for ticket in _kept_tickets(feedback, subject)), None)


SHAPES: PlainShapes = plain_shapes(
    shapes.SHAPES,
    _TABLES,
    fields={
        "Service.openTicketCount": PlainValue(Kind.NUMBER, _open_ticket_count),
        "Ticket.sla": PlainInside("Sla", _has_sla),
        "Ticket.messages": PlainPages("Message", Match(theirs="ticket_id", mine="id")),
        "Sla.isBreached": PlainValue(Kind.BOOLEAN, _is_breached),
        "Feedback.ticketNumber": PlainValue(Kind.TEXT, _ticket_number),
    },
    alive={"Message": _ticket_within_retention},
)

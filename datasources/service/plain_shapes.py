"""How service's types are expressed over the rows of a ticket system."""

from collections.abc import Mapping
from datetime import datetime

from datasources.core.codes import Channel
from datasources.json_text import Kind
from datasources.service.codes import OPEN, Direction, FeedbackKind, Priority, Severity, TicketKind, TicketStatus
from datasources.shapes import Key, SubjectLink
from datasources.sources.columns import Columns, code, day, identifier, moment, optional, text, whole
from datasources.sources.shapes import (
    Match,
    PlainInside,
    PlainPages,
    PlainRow,
    PlainShape,
    PlainShapes,
    PlainSubject,
    PlainValue,
    global_id,
    reads,
    value,
    within_retention,
)

RESOURCES: Mapping[str, Columns] = {
    "tickets": {
        "number": text,
        "kind": code(TicketKind),
        "status": code(TicketStatus),
        "priority": code(Priority),
        "severity": optional(code(Severity)),
        "channel": code(Channel),
        "subject": text,
        "opened_at": moment,
        "first_response_due_at": optional(moment),
        "first_responded_at": optional(moment),
        "resolve_due_at": optional(moment),
        "closed_at": optional(moment),
        "retain_until": optional(day),
    },
    "messages": {
        "ticket_id": identifier,
        "channel": code(Channel),
        "direction": code(Direction),
        "author": optional(text),
        "sent_at": moment,
        "body": text,
    },
    "calls": {
        "direction": code(Direction),
        "started_at": moment,
        "duration_seconds": whole,
        "caller_number": optional(text),
        "agent": optional(text),
        "recording_reference": optional(text),
        "retain_until": optional(day),
    },
    "feedback": {
        "kind": code(FeedbackKind),
        "value": whole,
        "comment": optional(text),
        "given_at": moment,
        "ticket_id": optional(identifier),
    },
}


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


SERVICE = PlainShape(
    "Service",
    fields={
        "openTicketCount": PlainValue(Kind.NUMBER, _open_ticket_count),
        "tickets": PlainPages("Ticket"),
        "calls": PlainPages("Call"),
        "feedback": PlainPages("Feedback"),
    },
)

TICKET = PlainShape(
    "Ticket",
    "tickets",
    {
        "id": global_id("Ticket"),
        "number": value(Kind.TEXT, "number"),
        "kind": value(Kind.WORD, "kind"),
        "status": value(Kind.WORD, "status"),
        "priority": value(Kind.WORD, "priority"),
        "severity": value(Kind.WORD, "severity"),
        "channel": value(Kind.WORD, "channel"),
        "subject": value(Kind.TEXT, "subject"),
        "openedAt": value(Kind.TIME, "opened_at"),
        "closedAt": value(Kind.TIME, "closed_at"),
        "sla": PlainInside("Sla", _has_sla),
        "messages": PlainPages("Message", Match(theirs="ticket_id", mine="id")),
        "customer": SubjectLink(),
    },
    order=(Key("openedAt"),),
    alive=within_retention,
)

SLA = PlainShape(
    "Sla",
    "tickets",
    {
        "firstResponseDueAt": value(Kind.TIME, "first_response_due_at"),
        "firstRespondedAt": value(Kind.TIME, "first_responded_at"),
        "resolveDueAt": value(Kind.TIME, "resolve_due_at"),
        "isBreached": PlainValue(Kind.BOOLEAN, _is_breached),
    },
)

MESSAGE = PlainShape(
    "Message",
    "messages",
    {
        "id": global_id("Message"),
        "channel": value(Kind.WORD, "channel"),
        "direction": value(Kind.WORD, "direction"),
        "author": value(Kind.TEXT, "author"),
        "sentAt": value(Kind.TIME, "sent_at"),
        "body": value(Kind.TEXT, "body"),
        "customer": SubjectLink(),
    },
    order=(Key("sentAt"),),
    alive=_ticket_within_retention,
)

CALL = PlainShape(
    "Call",
    "calls",
    {
        "id": global_id("Call"),
        "direction": value(Kind.WORD, "direction"),
        "startedAt": value(Kind.TIME, "started_at"),
        "durationSeconds": value(Kind.NUMBER, "duration_seconds"),
        "callerNumber": value(Kind.TEXT, "caller_number"),
        "agent": value(Kind.TEXT, "agent"),
        "recordingReference": value(Kind.TEXT, "recording_reference"),
        "customer": SubjectLink(),
    },
    order=(Key("startedAt"),),
    alive=within_retention,
)

FEEDBACK = PlainShape(
    "Feedback",
    "feedback",
    {
        "id": global_id("Feedback"),
        "kind": value(Kind.WORD, "kind"),
        "value": value(Kind.NUMBER, "value"),
        "comment": value(Kind.TEXT, "comment"),
        "givenAt": value(Kind.TIME, "given_at"),
        "ticketNumber": PlainValue(Kind.TEXT, _ticket_number),
        "customer": SubjectLink(),
    },
    order=(Key("givenAt"),),
)

SHAPES: PlainShapes = {shape.type: shape for shape in (SERVICE, TICKET, SLA, MESSAGE, CALL, FEEDBACK)}

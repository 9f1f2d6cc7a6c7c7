"""How service's types are expressed over service's tables."""

from sqlalchemy import ColumnElement, case, exists, false, func, select

from datasources.json_text import Kind
from datasources.rows import Column, Row
from datasources.service import tables
from datasources.service.codes import OPEN
from datasources.shapes import (
    Inside,
    Key,
    Pages,
    Shape,
    SubjectLink,
    Value,
    count,
    global_id,
    moment,
    of_subject,
    text,
    within_retention,
    word,
)
from datasources.sql_text import literal


def _is_open(row: Row) -> ColumnElement[bool]:
    return row["status"].in_([literal(status) for status in OPEN])


def _open_ticket_count(row: Row) -> Column:
    ticket = tables.ticket.alias()
    other = Row(ticket, row.subject)
    tickets = select(func.count()).select_from(ticket)
    tickets = tickets.where(of_subject(row, other), _is_open(other), within_retention(other))
    return tickets.correlate_except(ticket).scalar_subquery()


def _has_sla(row: Row) -> ColumnElement[bool]:
    return row["first_response_due_at"].is_not(None) | row["resolve_due_at"].is_not(None)


def _is_late(row: Row, due: str, *done: str) -> ColumnElement[bool]:
    """What was due came late, or has not come and is late by now. A ticket that ended waits for nothing."""
    now = case((_is_open(row), row.subject.as_of))
    moments = [row[column] for column in done]
    return func.coalesce(func.coalesce(*moments, now) > row[due], false())


def _is_breached(row: Row) -> ColumnElement[bool]:
    first_response = _is_late(row, "first_response_due_at", "first_responded_at", "closed_at")
    return first_response | _is_late(row, "resolve_due_at", "closed_at")


def _of_ticket(row: Row, other: Row) -> ColumnElement[bool]:
    return of_subject(row, other) & (other["ticket_id"] == row["id"])


def _ticket_number(row: Row) -> Column:
    ticket = tables.ticket.alias()
    other = Row(ticket, row.subject)
    number = select(ticket.c.number).where(
        of_subject(row, other), other["id"] == row["ticket_id"], within_retention(other)
    )
    return number.correlate_except(ticket).scalar_subquery()


def _ticket_within_retention(row: Row) -> ColumnElement[bool]:
    """Messages go with their ticket."""
    ticket = tables.ticket.alias()
    other = Row(ticket, row.subject)
    kept = select(ticket.c.id).where(
        ticket.c.customer_id == row["customer_id"], ticket.c.id == row["ticket_id"], within_retention(other)
    )
    return exists(kept.correlate_except(ticket))


SERVICE = Shape(
    "Service",
    "service",
    fields={
        "openTicketCount": Value(Kind.NUMBER, _open_ticket_count),
        "tickets": Pages("Ticket", of_subject),
        "calls": Pages("Call", of_subject),
        "feedback": Pages("Feedback", of_subject),
    },
)

TICKET = Shape(
    "Ticket",
    "service",
    tables.ticket,
    {
        "id": global_id("Ticket"),
        "number": text("number"),
        "kind": word("kind"),
        "status": word("status"),
        "priority": word("priority"),
        "severity": word("severity"),
        "channel": word("channel"),
        "subject": text("subject"),
        "openedAt": moment("opened_at"),
        "closedAt": moment("closed_at"),
        "sla": Inside("Sla", _has_sla),
        "messages": Pages("Message", _of_ticket, lives_with=True),
        "customer": SubjectLink(),
    },
    order=(Key("openedAt"),),
    alive=within_retention,
)

SLA = Shape(
    "Sla",
    "service",
    tables.ticket,
    {
        "firstResponseDueAt": moment("first_response_due_at"),
        "firstRespondedAt": moment("first_responded_at"),
        "resolveDueAt": moment("resolve_due_at"),
        "isBreached": Value(Kind.BOOLEAN, _is_breached),
    },
)

MESSAGE = Shape(
    "Message",
    "service",
    tables.message,
    {
        "id": global_id("Message"),
        "channel": word("channel"),
        "direction": word("direction"),
        "author": text("author"),
        "sentAt": moment("sent_at"),
        "body": text("body"),
        "customer": SubjectLink(),
    },
    order=(Key("sentAt"),),
    alive=_ticket_within_retention,
)

CALL = Shape(
    "Call",
    "service",
    tables.call,
    {
        "id": global_id("Call"),
        "direction": word("direction"),
        "startedAt": moment("started_at"),
        "durationSeconds": count("duration_seconds"),
        "callerNumber": text("caller_number"),
        "agent": text("agent"),
        "recordingReference": text("recording_reference"),
        "customer": SubjectLink(),
    },
    order=(Key("startedAt"),),
    alive=within_retention,
)

FEEDBACK = Shape(
    "Feedback",
    "service",
    tables.feedback,
    {
        "id": global_id("Feedback"),
        "kind": word("kind"),
        "value": count("value"),
        "comment": text("comment"),
        "givenAt": moment("given_at"),
        "ticketNumber": Value(Kind.TEXT, _ticket_number),
        "customer": SubjectLink(),
    },
    order=(Key("givenAt"),),
)

SHAPES = (SERVICE, TICKET, SLA, MESSAGE, CALL, FEEDBACK)

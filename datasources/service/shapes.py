"""How service's types are expressed over service's tables."""

from sqlalchemy import ColumnElement, case, exists, false, func, select

from datasources.json_text import Kind
from datasources.rows import Column, Row
from datasources.service import tables
from datasources.service.codes import OPEN
from datasources.shapes import Inside, Key, Pages, Shape, Value, of_subject, within_retention
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


SHAPES = (
    Shape(
        "Service",
        "service",
        fields={
            "openTicketCount": Value(Kind.NUMBER, _open_ticket_count),
            "tickets": Pages("Ticket"),
            "calls": Pages("Call"),
            "feedback": Pages("Feedback"),
        },
    ),
    Shape(
        "Ticket",
        "service",
        tables.ticket,
        {"sla": Inside("Sla", _has_sla), "messages": Pages("Message", _of_ticket, lives_with=True)},
        order=(Key("openedAt"),),
        alive=within_retention,
    ),
    Shape("Sla", "service", tables.ticket, {"isBreached": Value(Kind.BOOLEAN, _is_breached)}),
    Shape("Message", "service", tables.message, order=(Key("sentAt"),), alive=_ticket_within_retention),
    Shape("Call", "service", tables.call, order=(Key("startedAt"),), alive=within_retention),
    Shape(
        "Feedback",
        "service",
        tables.feedback,
        {"ticketNumber": Value(Kind.TEXT, _ticket_number)},
        order=(Key("givenAt"),),
    ),
)

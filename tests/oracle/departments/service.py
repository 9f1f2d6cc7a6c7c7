"""What service's fields mean."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.oracle.departments.core import Meaning
from tests.oracle.departments.finance import listed
from tests.oracle.pages import page
from tests.oracle.scene import Scene, Thing, newest, section

_OPEN = ("ACKNOWLEDGED", "PENDING", "HELD", "IN_PROGRESS")


def _open_tickets(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> int:
    return sum(row["status"] in _OPEN for row in scene.rows("service.ticket", thing))


def _sla(_: Scene, thing: Thing, __: Mapping[str, Any]) -> Thing | None:
    promised = ("first_response_due_at", "resolve_due_at")
    return section("Sla", thing) if any(thing.row[name] is not None for name in promised) else None


def _is_breached(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> bool:
    row, now = thing.row, scene.moment.now
    answered = row["first_responded_at"] or row["closed_at"] or now
    solved = row["closed_at"] or now
    return _is_late(answered, row["first_response_due_at"]) or _is_late(solved, row["resolve_due_at"])


def _is_late(done: datetime, due: datetime | None) -> bool:
    return due is not None and done > due


def _messages(scene: Scene, thing: Thing, args: Mapping[str, Any]) -> Thing:
    rows = [row for row in scene.rows("service.message", thing) if row["ticket_id"] == thing.row["id"]]
    entries = scene.things("Message", rows, thing, (newest("sentAt", "sent_at"),))
    return page(scene, "Ticket.messages", entries, args, lambda _: True, thing)


def _ticket_number(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> Any:
    tickets = [row for row in scene.rows("service.ticket", thing) if row["id"] == thing.row["ticket_id"]]
    return tickets[0]["number"] if tickets else None


FIELDS: Mapping[str, Meaning] = {
    "Service.openTicketCount": _open_tickets,
    "Service.tickets": listed(
        "Service.tickets",
        "service.ticket",
        "Ticket",
        (newest("openedAt", "opened_at"),),
        statuses="status",
        kinds="kind",
    ),
    "Service.calls": listed("Service.calls", "service.call", "Call", (newest("startedAt", "started_at"),)),
    "Service.feedback": listed("Service.feedback", "service.feedback", "Feedback", (newest("givenAt", "given_at"),)),
    "Ticket.sla": _sla,
    "Sla.isBreached": _is_breached,
    "Ticket.messages": _messages,
    "Feedback.ticketNumber": _ticket_number,
}

"""Service's part of a sample customer: tickets with messages, calls and feedback."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from uuid import UUID

from datasources.core.codes import Channel
from datasources.sample.finance import Invoice
from datasources.sample.profile import Profile
from datasources.sample.rows import Rows, moment_on, new_id, noon
from datasources.service import tables
from datasources.service.codes import Direction, FeedbackKind, Priority, Severity, TicketKind, TicketStatus

AGENTS = ("Agent 12", "Agent 27", "Agent 31", "Agent 44")
SCALES = {FeedbackKind.CSAT: (1, 5), FeedbackKind.CES: (1, 7), FeedbackKind.NPS: (0, 10)}
COMMENTS = (
    "Quick and friendly 👍",
    "It took too long.",
    "Helt okej.",
    'They said "tomorrow" twice…',
    None,
    None,
    None,
)
# Promised hours to the first response and to the resolution.
PROMISES = {
    Priority.LOW: (24, 240),
    Priority.NORMAL: (8, 120),
    Priority.HIGH: (4, 48),
    Priority.URGENT: (1, 12),
}
LONG_TEXT = "I will tell you everything from the beginning, so that nothing is left out. " * 300


@dataclass(frozen=True)
class Conversation:
    kind: TicketKind
    subject: str
    messages: tuple[tuple[Direction, Channel, str], ...]


@dataclass(frozen=True)
class Ticket:
    id: UUID
    conversation: Conversation
    opened_at: datetime
    priority: Priority
    is_open: bool
    words: dict[str, str]


@cache
def conversations() -> tuple[Conversation, ...]:
    text = Path(__file__).with_name("conversations.toml").read_text(encoding="utf-8")
    return tuple(
        Conversation(
            TicketKind(each["kind"]),
            each["subject"],
            tuple((Direction(direction), Channel(channel), body) for direction, channel, body in each["messages"]),
        )
        for each in tomllib.loads(text)["conversation"]
    )


def add_service(rows: Rows, profile: Profile, invoices: list[Invoice], rng: Random) -> None:
    tickets = _draw_tickets(profile, invoices, rng)
    for place, ticket in enumerate(tickets, 1):
        _add_ticket(rows, profile, ticket, f"T-{profile.index:06d}-{place:02d}", rng)
        _add_messages(rows, profile, ticket, rng)
        _add_call(rows, profile, ticket, rng)
        if not ticket.is_open and rng.random() < 0.5:
            _add_feedback(rows, profile, noon(profile.today), ticket, rng)
    if profile.is_showcase or rng.random() < 0.1:
        _add_feedback(rows, profile, noon(profile.today) - timedelta(days=3), None, rng)


def _draw_tickets(profile: Profile, invoices: list[Invoice], rng: Random) -> list[Ticket]:
    """Draw closed tickets from any time, then the open complaint if there is one."""
    tickets = [_draw_ticket(profile, invoices, rng) for _ in range(profile.traits.tickets)]
    if profile.traits.open_complaint and invoices:
        opened_at = moment_on(profile.today - timedelta(days=3), rng)
        words = _words(invoices[-1])
        tickets.append(
            Ticket(
                id=new_id(rng),
                conversation=conversations()[1],
                opened_at=opened_at,
                priority=Priority.HIGH,
                is_open=True,
                words=words,
            )
        )
    return tickets


def _draw_ticket(profile: Profile, invoices: list[Invoice], rng: Random) -> Ticket:
    days_ago = rng.randrange(2, max(profile.traits.customer_for_days, 3))
    opened_at = moment_on(profile.today - timedelta(days=days_ago), rng)
    words = _words(rng.choice(invoices)) if invoices else {"product": "kettle", "order": "?", "invoice": "?"}
    priority = rng.choices(tuple(Priority), (20, 60, 15, 5))[0]
    return Ticket(
        id=new_id(rng),
        conversation=rng.choice(conversations()),
        opened_at=opened_at,
        priority=priority,
        is_open=days_ago < 6,
        words=words,
    )


def _words(invoice: Invoice) -> dict[str, str]:
    order = invoice.order
    return {"product": order.lines[0].product.name, "order": order.number, "invoice": invoice.number}


def _add_ticket(rows: Rows, profile: Profile, ticket: Ticket, number: str, rng: Random) -> None:
    answer, end = PROMISES[ticket.priority]
    opened, conversation = ticket.opened_at, ticket.conversation
    answered_at = opened + timedelta(minutes=rng.randrange(5, answer * 70))
    closed_at = opened + timedelta(hours=rng.randrange(1, end + end // 8)) + (answered_at - opened)
    is_open = ticket.is_open or closed_at >= noon(profile.today)
    severity = rng.choice(tuple(Severity)) if conversation.kind is not TicketKind.QUESTION else None
    rows.add(
        tables.ticket,
        customer_id=profile.id,
        id=ticket.id,
        number=number,
        kind=conversation.kind,
        status=TicketStatus.IN_PROGRESS if is_open else rng.choice((TicketStatus.CLOSED, TicketStatus.RESOLVED)),
        priority=ticket.priority,
        severity=severity,
        channel=conversation.messages[0][1],
        subject=conversation.subject.format(**ticket.words),
        opened_at=opened,
        first_response_due_at=opened + timedelta(hours=answer),
        first_responded_at=answered_at if answered_at < noon(profile.today) else None,
        resolve_due_at=opened + timedelta(hours=end),
        closed_at=None if is_open else closed_at,
        retain_until=opened.date() + timedelta(days=3 * 365),
    )


def _add_messages(rows: Rows, profile: Profile, ticket: Ticket, rng: Random) -> None:
    sent_at = ticket.opened_at
    for direction, channel, body in ticket.conversation.messages:
        if sent_at > noon(profile.today):
            return
        text = body.format(**ticket.words)
        is_long = profile.index % 101 == 7 and direction is Direction.INBOUND
        rows.add(
            tables.message,
            customer_id=profile.id,
            id=new_id(rng),
            ticket_id=ticket.id,
            channel=channel,
            direction=direction,
            author=profile.display_name if direction is Direction.INBOUND else rng.choice(AGENTS),
            sent_at=sent_at,
            body=f"{text}\n\n{LONG_TEXT}" if is_long else text,
        )
        sent_at += timedelta(minutes=rng.randrange(4, 1_500))


def _add_call(rows: Rows, profile: Profile, ticket: Ticket, rng: Random) -> None:
    if ticket.conversation.messages[0][1] is not Channel.PHONE:
        return
    recorded = rng.random() < 0.4
    rows.add(
        tables.call,
        customer_id=profile.id,
        id=new_id(rng),
        direction=Direction.INBOUND,
        started_at=ticket.opened_at,
        duration_seconds=rng.randrange(20, 1_900),
        # Some callers withhold their number.
        caller_number=profile.home.phone if rng.random() < 0.85 else None,
        agent=rng.choice(AGENTS),
        recording_reference=f"rec-{rng.getrandbits(48):012x}" if recorded else None,
        retain_until=ticket.opened_at.date() + timedelta(days=90 if recorded else 365),
    )


def _add_feedback(rows: Rows, profile: Profile, before: datetime, ticket: Ticket | None, rng: Random) -> None:
    kind = rng.choice(tuple(SCALES)) if ticket else FeedbackKind.NPS
    lowest, highest = SCALES[kind]
    given_at = ticket.opened_at + timedelta(hours=rng.randrange(24, 200)) if ticket else before
    rows.add(
        tables.feedback,
        customer_id=profile.id,
        id=new_id(rng),
        kind=kind,
        value=min(highest, lowest + int((highest - lowest + 1) * rng.random() ** 0.6)),
        comment=rng.choice(COMMENTS),
        given_at=min(given_at, before),
        ticket_id=ticket.id if ticket else None,
    )

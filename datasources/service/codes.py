"""The closed lists of service, spelled as GraphQL spells them."""

from enum import StrEnum


class TicketKind(StrEnum):
    QUESTION = "QUESTION"
    INCIDENT = "INCIDENT"
    COMPLAINT = "COMPLAINT"


class TicketStatus(StrEnum):
    """After TM Forum's TroubleTicketStatus."""

    ACKNOWLEDGED = "ACKNOWLEDGED"
    REJECTED = "REJECTED"
    PENDING = "PENDING"
    HELD = "HELD"
    IN_PROGRESS = "IN_PROGRESS"
    CANCELLED = "CANCELLED"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"


OPEN = (TicketStatus.ACKNOWLEDGED, TicketStatus.PENDING, TicketStatus.HELD, TicketStatus.IN_PROGRESS)


class Priority(StrEnum):
    LOW = "LOW"
    NORMAL = "NORMAL"
    HIGH = "HIGH"
    URGENT = "URGENT"


class Severity(StrEnum):
    MINOR = "MINOR"
    MAJOR = "MAJOR"
    CRITICAL = "CRITICAL"


class Direction(StrEnum):
    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class FeedbackKind(StrEnum):
    CSAT = "CSAT"
    CES = "CES"
    NPS = "NPS"

"""The closed lists of sales, spelled as GraphQL spells them."""

from enum import StrEnum


class OrderState(StrEnum):
    """After TM Forum's ProductOrderState."""

    DRAFT = "DRAFT"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    IN_PROGRESS = "IN_PROGRESS"
    PARTIAL = "PARTIAL"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    RETURNED = "RETURNED"


class OpportunityStage(StrEnum):
    QUALIFYING = "QUALIFYING"
    PROPOSING = "PROPOSING"
    NEGOTIATING = "NEGOTIATING"
    WON = "WON"
    LOST = "LOST"


class QuoteState(StrEnum):
    """After TM Forum's QuoteState."""

    IN_PROGRESS = "IN_PROGRESS"
    PENDING = "PENDING"
    APPROVED = "APPROVED"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"


class RecommendationKind(StrEnum):
    NEXT_BEST = "NEXT_BEST"
    CROSS_SELL = "CROSS_SELL"
    REPEAT = "REPEAT"


class RecommendationReasonKind(StrEnum):
    BOUGHT_TOGETHER = "BOUGHT_TOGETHER"
    REPURCHASE = "REPURCHASE"
    POPULAR_IN_SEGMENT = "POPULAR_IN_SEGMENT"

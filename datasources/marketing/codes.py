"""The closed lists of marketing, spelled as GraphQL spells them."""

from enum import StrEnum


class TouchpointOutcome(StrEnum):
    SENT = "SENT"
    OPENED = "OPENED"
    CLICKED = "CLICKED"
    BOUNCED = "BOUNCED"
    UNSUBSCRIBED = "UNSUBSCRIBED"
    CONVERTED = "CONVERTED"


class LoyaltyTier(StrEnum):
    BASIC = "BASIC"
    SILVER = "SILVER"
    GOLD = "GOLD"
    PLATINUM = "PLATINUM"

"""The closed lists of finance, spelled as GraphQL spells them."""

from enum import StrEnum


class InvoiceState(StrEnum):
    """After TM Forum's CustomerBillState."""

    NEW = "NEW"
    ON_HOLD = "ON_HOLD"
    VALIDATED = "VALIDATED"
    SENT = "SENT"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    SETTLED = "SETTLED"


class PaymentMethod(StrEnum):
    BANK_TRANSFER = "BANK_TRANSFER"
    DIRECT_DEBIT = "DIRECT_DEBIT"
    CARD = "CARD"
    CASH = "CASH"
    OTHER = "OTHER"


class DecisionBasis(StrEnum):
    HUMAN = "HUMAN"
    AUTOMATED = "AUTOMATED"

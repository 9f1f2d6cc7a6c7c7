"""The departments: the one place where their names are written down."""

from enum import StrEnum
from typing import Self


class Department(StrEnum):
    """A department of the company, spelled as GraphQL spells it. Core keeps who the customers are.

    `holds` says what its scope opens, in words for the customer who is asked to consent.
    """

    _value_: str
    holds: str

    def __new__(cls, value: str, holds: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.holds = holds
        return member

    CORE = "CORE", "who you are, how to reach you, and what you consented to"
    FINANCE = "FINANCE", "your accounts, invoices and payments"
    SALES = "SALES", "your orders, quotes and products"
    SERVICE = "SERVICE", "your tickets, messages and calls"
    MARKETING = "MARKETING", "your loyalty programme, interests and what you were sent"


# In lower case they name folders, database schemas, scopes and settings.
DEPARTMENTS = tuple(department.lower() for department in Department)
CORE = Department.CORE.lower()

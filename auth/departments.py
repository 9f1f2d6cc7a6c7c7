"""The departments: the one place where their names are written down."""

from enum import StrEnum


class Department(StrEnum):
    """A department of the company, spelled as GraphQL spells it. Core keeps who the customers are."""

    CORE = "CORE"
    FINANCE = "FINANCE"
    SALES = "SALES"
    SERVICE = "SERVICE"
    MARKETING = "MARKETING"


# In lower case they name folders, database schemas, scopes and settings.
DEPARTMENTS = tuple(department.lower() for department in Department)
CORE = Department.CORE.lower()

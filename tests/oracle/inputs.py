"""What is put in: how scalars are normalised, and which coordinate each input uses."""

from typing import Any
from unicodedata import normalize

import phonenumbers

USED_BY_KEYS = {
    "id": "Customer.number",
    "number": "Customer.number",
    "phone": "PhoneContactPoint.number",
    "email": "EmailContactPoint.address",
    "identifier": "Identifier.value",
}
USED_BY_FILTERS = {
    "statuses": "Customer.status",
    "kind": "Customer.kind",
    "countries": "Customer.country",
    "language": "Customer.language",
    "nameStartsWith": "Customer.displayName",
    "sinceFrom": "Customer.since",
    "sinceBefore": "Customer.since",
    "phone": "PhoneContactPoint.number",
    "email": "EmailContactPoint.address",
}
USED_BY_ORDERS = {"NAME": "Customer.displayName", "NUMBER": "Customer.number", "SINCE": "Customer.since"}
# Arguments of lists that narrow them.
USED_BY_ARGUMENTS = {
    "Finance.invoices": {"states": "Invoice.state"},
    "Sales.orders": {"states": "Order.state"},
    "Sales.opportunities": {"stages": "Opportunity.stage"},
    "Service.tickets": {"statuses": "Ticket.status", "kinds": "Ticket.kind"},
    "Marketing.touchpoints": {"outcomes": "Touchpoint.outcome"},
}


def phone(text: Any) -> str:
    number = phonenumbers.parse(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def folded(text: Any) -> str:
    """The text without differences of case and normal form."""
    return normalize("NFC", str(text)).upper().lower()

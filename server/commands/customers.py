"""Customers as arguments of commands: by their number or their id."""

from collections.abc import Sequence
from uuid import UUID

from datasources.core.customers import UnknownCustomersError, customer_ids
from server.commands.terminal import CommandError
from server.settings.addresses import database_addresses
from server.settings.environment import load

CUSTOMER_HELP = "The customer's number, such as C-000001, or id."


async def find_customers(references: Sequence[str]) -> list[UUID]:
    """The ids of these customers, from core's database. Raises CommandError for one that does not exist."""
    if not references:
        return []
    try:
        return await customer_ids(database_addresses(load(), ("core",))["core"], references)
    except UnknownCustomersError as error:
        raise CommandError(str(error)) from None

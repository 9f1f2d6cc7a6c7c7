"""Finds customers by their number or id, for the command line."""

from collections.abc import Sequence
from uuid import UUID

from datasources.engine.pools.sessions import connected

# A number may look like an id; then the number counts.
FIND = """
    SELECT DISTINCT ON (reference) reference, customer.id
    FROM unnest($1::text[]) AS reference
    JOIN core.customer ON customer.number = reference OR customer.id::text = lower(reference)
    ORDER BY reference, customer.number = reference DESC
"""


class UnknownCustomersError(ValueError):
    """No customer has the number or id that the message names."""


async def customer_ids(address: str, references: Sequence[str]) -> list[UUID]:
    """The ids of the customers with these numbers or ids, in their order. Raises UnknownCustomersError."""
    async with connected(address) as connection:
        rows = await connection.fetch(FIND, list(references))
    ids = {row["reference"]: UUID(str(row["id"])) for row in rows}
    if missing := [reference for reference in references if reference not in ids]:
        raise UnknownCustomersError(f"there is no customer with the number or id {', '.join(missing)}")
    return [ids[reference] for reference in references]

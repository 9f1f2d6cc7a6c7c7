"""Fill empty databases with sample customers. The same number and seed give the same rows and ids."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from random import Random

import asyncpg

from auth.departments import CORE
from datasources.core.tables import customer
from datasources.departments import METADATA
from datasources.engine.pools.sessions import connected
from datasources.recording.recorders import MARK_BULK
from datasources.sample.catalog import Catalog, add_catalog, catalog
from datasources.sample.consents import add_statements, draw_statements
from datasources.sample.core import add_customer
from datasources.sample.finance import add_finance, draw_invoices
from datasources.sample.marketing import add_loyalty, add_marketing, category_shares, segments_of
from datasources.sample.profile import Profile, draw_profile
from datasources.sample.recommendations import add_recommendations
from datasources.sample.rows import Rows, generator
from datasources.sample.sales import add_sales, draw_orders, owned_products
from datasources.sample.scores import add_score, score_orders
from datasources.sample.service import add_service

CUSTOMERS_PER_BATCH = 500

Progress = Callable[[int, int], None]


class NotEmptyError(Exception):
    """Raised when a database has rows: sample data is not mixed with other data."""


async def seed(
    addresses: Mapping[str, str],
    customers: int,
    seed: int,
    today: date | None = None,
    progress: Progress | None = None,
) -> int:
    """Add customers to the departments that have an address; return the number of rows.

    Histories end on `today` (by default the current day). Each database is filled in one transaction. `progress` is
    called with the number of customers done and the total.
    """
    day = today or datetime.now(UTC).date()
    if not await is_empty(addresses):
        raise NotEmptyError("the databases have data already: sample customers need empty ones")
    async with _transactions(addresses) as connections:
        return await _copy_all(connections, customers, seed, day, progress)


async def is_empty(addresses: Mapping[str, str]) -> bool:
    """Whether core has no customer and the other departments have no row."""
    for department, address in addresses.items():
        tables = [customer] if department == CORE else METADATA[department].sorted_tables
        has_rows = " OR ".join(f"EXISTS (SELECT FROM {table.fullname})" for table in tables)
        async with connected(address) as connection:
            if await connection.fetchval(f"SELECT {has_rows}"):
                return False
    return True


async def _copy_all(
    connections: Mapping[str, asyncpg.Connection],
    customers: int,
    seed: int,
    day: date,
    progress: Progress | None,
) -> int:
    added = 0
    for last, rows in batches(customers, seed, day):
        added += await rows.copy(connections)
        if progress is not None:
            progress(last, customers)
    for department, connection in connections.items():
        await _analyze(connection, department)
    return added


def batches(customers: int, seed: int, day: date) -> Iterator[tuple[int, Rows]]:
    """Generate the rows of all departments in batches, each with the index of its last customer."""
    goods = catalog(seed, day)
    for first in range(1, customers + 1, CUSTOMERS_PER_BATCH):
        last = min(first + CUSTOMERS_PER_BATCH - 1, customers)
        rows = Rows()
        if first == 1:
            add_catalog(rows, goods)
        for index in range(first, last + 1):
            _add_history(rows, goods, seed, index, day)
        yield last, rows


async def _analyze(connection: asyncpg.Connection, department: str) -> None:
    """Analyze the department's tables, so that the first queries are not planned for empty tables.

    Only its own: two transactions would wait for each other on the catalogs that a server's databases share.
    """
    tables = await connection.fetchval(
        "SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables WHERE schemaname = $1",
        department,
    )
    await connection.execute(f"ANALYZE {tables}")


def _add_history(rows: Rows, goods: Catalog, seed: int, index: int, day: date) -> None:
    """Each customer has its own random generator, so that its rows do not depend on the number of customers."""
    rng = generator(seed, index)
    profile = draw_profile(seed, index, day, rng)
    add_customer(rows, profile, rng)
    if not profile.traits.is_bare:
        _add_departments(rows, profile, goods, rng)


def _add_departments(rows: Rows, profile: Profile, goods: Catalog, rng: Random) -> None:
    orders = draw_orders(profile, goods, rng)
    invoices = draw_invoices(profile, orders, rng)
    score, shares = score_orders(profile, orders), category_shares(orders)
    segments = segments_of(profile, score, shares)
    said = draw_statements(profile, rng)
    add_statements(rows, profile, said, rng)
    add_sales(rows, profile, orders, rng)
    add_recommendations(rows, profile, goods, owned_products(orders), list(segments), rng)
    add_finance(rows, profile, invoices, rng)
    add_service(rows, profile, invoices, rng)
    if profile.traits.known_to_marketing:
        add_marketing(rows, profile, goods, orders, said, segments, rng)
        if score is not None:
            add_score(rows, profile, score)
        if profile.traits.has_loyalty:
            add_loyalty(rows, profile, orders, rng)


@asynccontextmanager
async def _transactions(addresses: Mapping[str, str]) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """Open one connection and transaction per database; yields connections by department."""
    async with AsyncExitStack() as stack:
        by_address: dict[str, asyncpg.Connection] = {}
        for address in dict.fromkeys(addresses.values()):
            by_address[address] = await stack.enter_async_context(connected(address))
        for connection in by_address.values():
            await stack.enter_async_context(connection.transaction())
            await connection.execute(MARK_BULK)
        yield {department: by_address[address] for department, address in addresses.items()}

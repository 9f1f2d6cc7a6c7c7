"""The data set: sample customers in an embedded PostgreSQL, kept from run to run."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg

from auth.departments import DEPARTMENTS
from datasources.engine.pools import embedded
from datasources.sample.seed import is_empty, seed
from migrations.upgrade import upgrade
from server.commands.terminal import Progress

SEED = 1

Addresses = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DataSet:
    """Where the data lie: all departments in one database, and each in one of its own."""

    folder: Path
    url: str
    customers: int
    apart: Addresses
    postmaster: int

    @property
    def environment(self) -> dict[str, str]:
        """Where the data lie, for programs that read libpq's variables."""
        parts = urlsplit(self.url)
        host = parse_qs(parts.query)["host"][0]
        return {"PGHOST": host, "PGDATABASE": parts.path[1:], "PGUSER": parts.username or "postgres"}


@contextmanager
def opened(folder: Path, customers: int, *, apart: bool, durable: bool = True) -> Iterator[DataSet]:
    """Start the server and fill what is empty. Other numbers of customers get databases of their own."""
    server = embedded.join(folder / "postgres", durable=durable)
    try:
        # It may have been running already, with the other setting for the disk.
        asyncio.run(execute(server.url("postgres"), "SELECT pg_reload_conf()"))
        together, separate = asyncio.run(_filled(server.url("postgres"), customers, apart=apart))
        postmaster = int((server.pgdata / "postmaster.pid").read_text().split()[0])
        yield DataSet(folder, together, customers, separate, postmaster)
    finally:
        server.stop()


async def _filled(url: str, customers: int, *, apart: bool) -> tuple[str, Addresses]:
    name = f"bench_{customers}"
    together = await _database(url, name)
    await _fill(dict.fromkeys(DEPARTMENTS, together), customers)
    if not apart:
        return together, {}
    separate = {department: await _database(url, f"{name}_{department}") for department in DEPARTMENTS}
    await _fill(separate, customers)
    return together, separate


async def _database(url: str, name: str) -> str:
    options = "TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
    connection = await asyncpg.connect(url)
    try:
        if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name):
            await connection.execute(f"CREATE DATABASE {name} {options}")
    finally:
        await connection.close()
    return urlsplit(url)._replace(path=f"/{name}").geturl()


async def _fill(addresses: Addresses, customers: int) -> None:
    await upgrade(addresses)
    # Each run of the benchmark begins as the first did: with millions of records the log crowds the memory.
    await execute(addresses["core"], "TRUNCATE core.access_record")
    if not await is_empty(addresses):
        return
    with Progress("Customers") as progress:
        await seed(addresses, customers, SEED, progress=progress)
    for url in dict.fromkeys(addresses.values()):
        # Freshly copied rows have no visibility map, and every reader would set hint bits in the timed rounds.
        await execute(url, "VACUUM (ANALYZE)")


async def execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()

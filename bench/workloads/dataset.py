"""The data set: sample customers in an embedded PostgreSQL, kept between runs."""

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
    """Addresses of the sample data: all departments in one database, and each in one of its own."""

    folder: Path
    url: str
    customers: int
    apart: Addresses
    postmaster: int

    @property
    def environment(self) -> dict[str, str]:
        """The database as libpq's environment variables."""
        parts = urlsplit(self.url)
        host = parse_qs(parts.query)["host"][0]
        return {"PGHOST": host, "PGDATABASE": parts.path[1:], "PGUSER": parts.username or "postgres"}


@contextmanager
def open_dataset(folder: Path, customers: int, *, apart: bool, durable: bool = True) -> Iterator[DataSet]:
    """Start PostgreSQL and fill empty databases. Each number of customers has databases of its own."""
    server = embedded.join(folder / "postgres", durable=durable)
    try:
        # Reload, because the server may have been running with another `durable`.
        asyncio.run(execute(server.url("postgres"), "SELECT pg_reload_conf()"))
        together, separate = asyncio.run(_fill_databases(server.url("postgres"), customers, apart=apart))
        postmaster = int((server.pgdata / "postmaster.pid").read_text().split()[0])
        yield DataSet(folder, together, customers, separate, postmaster)
    finally:
        server.stop()


async def _fill_databases(url: str, customers: int, *, apart: bool) -> tuple[str, Addresses]:
    name = f"bench_{customers}"
    together = await _create_database(url, name)
    await _fill(dict.fromkeys(DEPARTMENTS, together), customers)
    if not apart:
        return together, {}
    separate = {department: await _create_database(url, f"{name}_{department}") for department in DEPARTMENTS}
    await _fill(separate, customers)
    return together, separate


async def _create_database(url: str, name: str) -> str:
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
    # Start every run with an empty access log, because a long one fills the cache.
    await execute(addresses["core"], "TRUNCATE core.access_record")
    if not await is_empty(addresses):
        return
    with Progress("Customers") as progress:
        await seed(addresses, customers, SEED, progress=progress)
    for url in dict.fromkeys(addresses.values()):
        # Without it, readers would set hint bits in the timed rounds, because copied rows have no visibility map.
        await execute(url, "VACUUM (ANALYZE)")


async def execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()

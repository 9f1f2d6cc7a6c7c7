"""The revision of each department's tables, read without Alembic, because a server would keep Alembic in memory."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from datasources.engine.pools.sessions import connected
from migrations.recorders import BODIES, differing_recorders

HERE = Path(__file__).parent
_HAS_TABLE = "SELECT to_regclass($1) IS NOT NULL"
_IS_REPLICA = "SELECT pg_is_in_recovery()"


@dataclass(frozen=True, slots=True)
class Status:
    """What a department's database has (None for nothing at all), and what it should have."""

    department: str
    current: str | None
    head: str
    is_replica: bool
    # The tables whose events are not recorded as the code declares.
    differing_recorders: tuple[str, ...] = ()

    @property
    def is_current(self) -> bool:
        return self.current == self.head and not self.differing_recorders


async def status(addresses: Mapping[str, str]) -> list[Status]:
    """Of the departments that have an address, in their order."""
    return [await _status(address, department) for department, address in addresses.items()]


def head(department: str) -> str:
    """The newest revision: its file is named by the day, and by the revision."""
    newest = max((HERE / department).glob("*.py"))
    return newest.stem.split("_", 3)[-1]


async def _status(address: str, department: str) -> Status:
    async with connected(address) as connection:
        current = await _revision(connection, f"{department}.alembic_version")
        is_replica = await connection.fetchval(_IS_REPLICA)
        bodies = dict(await connection.fetch(BODIES.format(department=department)))
        differing = tuple(each.table.name for each in differing_recorders(bodies, department))
        return Status(department, current, head(department), is_replica, differing)


async def _revision(connection: "asyncpg.Connection[asyncpg.Record]", versions: str) -> str | None:
    if not await connection.fetchval(_HAS_TABLE, versions):
        return None
    revision: str | None = await connection.fetchval(f"SELECT version_num FROM {versions}")  # noqa: S608 - our name
    return revision

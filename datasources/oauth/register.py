"""The part of the authorization server that a subgraph's login may read: public keys and revocations."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from auth.oauth.records import SigningKeyRecord
from datasources.oauth import statements as sql
from datasources.oauth.database import Pool, fetch_rows, open_pool

# One connection for reading, one spare while a read is overdue.
MAX_CONNECTIONS = 2


class TokenRegister:
    """Implements SigningKeyStore, without private keys, and RevocationStore."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str, timeout_ms: int = 2000) -> AsyncIterator[TokenRegister]:
        async with open_pool(address, timeout_ms, MAX_CONNECTIONS) as pool:
            yield cls(pool)

    async def signing_keys(self) -> list[SigningKeyRecord]:
        found = await fetch_rows(self._pool, sql.PUBLIC_KEYS)
        return [SigningKeyRecord(sealed="", **dict(row)) for row in found]

    async def revocations(self, since: datetime) -> list[tuple[str, str, datetime]]:
        found = await fetch_rows(self._pool, sql.REVOCATIONS, since)
        return [(row["kind"], row["value"], row["recorded_at"]) for row in found]

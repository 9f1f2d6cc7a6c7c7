"""Administration of the authorization server: clients, accounts, signing keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from auth.oauth.keys.sealing import Seal
from auth.oauth.keys.signing import LEAD, TRAIL, new_key
from auth.oauth.records import Account, ClientRecord
from datasources.oauth import statements as sql
from datasources.oauth.database import Pool, open_pool
from datasources.oauth.store import account_from_row, client_from_row, client_values


class UnknownNameError(ValueError):
    """Raised for a client or account that does not exist or is revoked."""


class TakenNameError(ValueError):
    """Raised when the name is in use."""


class UnknownCustomerError(ValueError):
    """Raised when a contract is linked to a customer that does not exist."""


@dataclass(frozen=True, slots=True)
class Administration:
    """Changes to the authorization server's tables. Running workers pick them up."""

    pool: Pool

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str) -> AsyncIterator[Administration]:
        async with open_pool(address, timeout_ms=10_000, most=1) as pool:
            yield cls(pool)

    async def create_client(self, client: ClientRecord, customers: Sequence[UUID] = ()) -> None:
        """Create the client and its links in one transaction."""
        async with self.pool.acquire() as connection, connection.transaction():
            try:
                await connection.execute(sql.CREATE_CLIENT, *client_values(client))
                if client.contract and customers:
                    await connection.execute(sql.LINK, client.contract, list(customers))
            except asyncpg.UniqueViolationError:
                raise TakenNameError(f"there is a client {client.id} already") from None
            except asyncpg.ForeignKeyViolationError:
                raise UnknownCustomerError("one of the customers does not exist") from None

    async def clients(self) -> list[ClientRecord]:
        rows = await self.pool.fetch(sql.CLIENTS)
        return [client_from_row(row) for row in rows]

    async def customers_of(self) -> dict[str, int]:
        """Return the number of linked customers by contract."""
        return {row["contract"]: row["customers"] for row in await self.pool.fetch(sql.LINKS)}

    async def link(self, contract: str, customers: Sequence[UUID]) -> None:
        try:
            await self.pool.execute(sql.LINK, contract, list(customers))
        except asyncpg.ForeignKeyViolationError:
            raise UnknownCustomerError("one of the customers does not exist") from None

    async def unlink(self, contract: str, customers: Sequence[UUID]) -> None:
        await self.pool.execute(sql.UNLINK, contract, list(customers))

    async def rotate_client(self, client_id: str, secret: bytes, previous_until: datetime) -> None:
        await self._change(client_id, sql.ROTATE_CLIENT, secret, previous_until)

    async def revoke_client(self, client_id: str) -> None:
        await self._change(client_id, sql.REVOKE_CLIENT)

    async def revoke_contract(self, contract: str) -> None:
        """End all clients of the contract, and its links to customers."""
        await self._change(contract, sql.REVOKE_CONTRACT)

    async def create_account(self, account: Account) -> UUID:
        found = await self.pool.fetchval(
            sql.CREATE_ACCOUNT,
            account.username,
            account.password_hash,
            account.role,
            account.purposes,
            account.customer_id,
            account.territory,
        )
        if found is None:
            raise TakenNameError(f"there is a user {account.username} already")
        return UUID(str(found))

    async def accounts(self) -> list[Account]:
        return [account_from_row(row) for row in await self.pool.fetch(sql.ACCOUNTS)]

    async def set_password(self, username: str, password_hash: str) -> None:
        await self._change(username, sql.SET_PASSWORD, password_hash)

    async def revoke_account(self, username: str) -> None:
        await self._change(username, sql.REVOKE_ACCOUNT)

    async def rotate_keys(self, seal: Seal, now: datetime, lead: timedelta = LEAD) -> tuple[str, datetime]:
        """Create a signing key; return its id and when it starts to sign."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute(sql.LOCK_KEYS)
            return await _rotate(connection, seal, now, lead)

    async def ensure_key(self, seal: Seal, now: datetime) -> None:
        """Create the first signing key if there is none."""
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.execute(sql.LOCK_KEYS)
            if await connection.fetchrow(sql.HAS_KEYS) is None:
                await _rotate(connection, seal, now, LEAD)

    async def _change(self, name: str, statement: str, *values: Any) -> None:
        if await self.pool.fetchrow(statement, name, *values) is None:
            raise UnknownNameError(f"there is no {name!r} that this could be done to")


async def _rotate(connection: Any, seal: Seal, now: datetime, lead: timedelta) -> tuple[str, datetime]:
    key = new_key(seal, now)
    row = await connection.fetchrow(sql.ROTATE_KEYS, key.kid, key.sealed, key.public, lead, TRAIL)
    return row["kid"], row["signs_from"]

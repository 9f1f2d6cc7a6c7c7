"""The authorization server's store. Each operation is a single statement."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from auth.oauth.records import Account, Approval, ClientRecord, Code, Redeemed, Session, SigningKeyRecord
from datasources.oauth import statements as sql
from datasources.oauth.database import Pool, fetch_rows, open_pool

_TUPLES = ("grant_types", "redirect_uris", "scopes", "purposes", "categories")


class OAuthStore:
    """Implements auth.oauth.store.Store. Raises StoreUnavailable if the database does not answer."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str, timeout_ms: int = 2000) -> AsyncIterator[OAuthStore]:
        async with open_pool(address, timeout_ms) as pool:
            yield cls(pool)

    async def client(self, client_id: str) -> ClientRecord | None:
        row = await self._row(sql.CLIENT, client_id)
        return None if row is None else client_from_row(row)

    async def keep_own_client(self, client: ClientRecord) -> None:
        """Register or update a built-in application."""
        await self._row(sql.KEEP_OWN_CLIENT, *client_values(client))

    async def account(self, account_id: UUID) -> Account | None:
        row = await self._row(sql.ACCOUNT, account_id)
        return None if row is None else account_from_row(row)

    async def account_named(self, username: str) -> Account | None:
        row = await self._row(sql.ACCOUNT_NAMED, username)
        return None if row is None else account_from_row(row)

    async def note_failure(self, account_id: UUID) -> None:
        await self._row(sql.NOTE_FAILURE, account_id)

    async def note_success(self, account_id: UUID) -> None:
        await self._row(sql.NOTE_SUCCESS, account_id)

    async def open_session(self, digest: bytes, account_id: UUID, expires_at: datetime) -> None:
        await self._row(sql.OPEN_SESSION, digest, account_id, expires_at)

    async def session(self, digest: bytes) -> Session | None:
        row = await self._row(sql.SESSION, digest)
        return None if row is None else Session(row["digest"], account_from_row(row), row["authenticated_at"])

    async def close_session(self, digest: bytes) -> None:
        await self._row(sql.CLOSE_SESSION, digest)

    async def approve(self, approval: Approval, code: Code) -> bool:
        row = await self._row(
            sql.APPROVE,
            approval.id,
            approval.client_id,
            approval.account_id,
            approval.scopes,
            approval.purposes,
            approval.authenticated_at,
            approval.session,
            code.digest,
            code.redirect_uri,
            code.challenge,
            code.expires_at,
        )
        return row is not None

    async def redeem_code(self, digest: bytes, client_id: str) -> Redeemed | None:
        row = await self._row(sql.REDEEM_CODE, digest, client_id)
        if row is None:
            return None
        return Redeemed(_approval_from_row(row), row["expires_at"], row["redirect_uri"], row["challenge"])

    async def redeem_refresh_token(self, digest: bytes, client_id: str) -> Redeemed | None:
        row = await self._row(sql.REDEEM_REFRESH_TOKEN, digest, client_id)
        return (
            None if row is None else Redeemed(_approval_from_row(row), row["expires_at"], thumbprint=row["thumbprint"])
        )

    async def keep_refresh_token(
        self, digest: bytes, approval_id: UUID, expires_at: datetime, thumbprint: str | None
    ) -> None:
        await self._row(sql.KEEP_REFRESH, digest, approval_id, expires_at, thumbprint)

    async def revoke_family(self, digest: bytes, client_id: str) -> None:
        await self._row(sql.REVOKE_FAMILY, digest, client_id)

    async def revoke(self, kind: str, value: str, until: datetime) -> None:
        await self._row(sql.REVOKE, kind, value, until)

    async def signing_keys(self) -> list[SigningKeyRecord]:
        return [SigningKeyRecord(**dict(row)) for row in await self._rows(sql.SIGNING_KEYS)]

    async def use_once(self, digest: bytes, until: datetime) -> bool:
        return await self._row(sql.USE_ONCE, digest, until) is not None

    async def revocations(self, since: datetime) -> list[tuple[str, str, datetime]]:
        """Return the revocations since then that have not expired: kind, value, time."""
        return [(row["kind"], row["value"], row["recorded_at"]) for row in await self._rows(sql.REVOCATIONS, since)]

    async def forget_expired(self) -> None:
        """Delete expired rows."""
        for statement in sql.FORGET_EXPIRED:
            await self._rows(statement)

    async def _row(self, statement: str, *values: Any) -> asyncpg.Record | None:
        found = await self._rows(statement, *values)
        return found[0] if found else None

    async def _rows(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        return await fetch_rows(self._pool, statement, *values)


def client_values(client: ClientRecord) -> tuple[Any, ...]:
    """Return the parameters of CREATE_CLIENT."""
    proof = (client.id, client.name, client.auth_method, client.secret, client.jwks, client.grant_types)
    ceilings = (client.redirect_uris, client.scopes, client.purposes, client.categories)
    return (*proof, *ceilings, client.role, client.contract, client.territory)


def client_from_row(row: asyncpg.Record) -> ClientRecord:
    values = dict(row)
    return ClientRecord(**{name: _plain(name, value) for name, value in values.items()})


def _plain(name: str, value: Any) -> Any:
    return tuple(value) if name in _TUPLES and value is not None else value


def account_from_row(row: asyncpg.Record) -> Account:
    return Account(
        id=row["id"],
        username=row["username"],
        password_hash=row["password_hash"],
        role=row["role"],
        purposes=tuple(row["purposes"]),
        customer_id=row["customer_id"],
        territory=row["territory"],
        locked_until=row["locked_until"],
        disabled_at=row["disabled_at"],
    )


def _approval_from_row(row: asyncpg.Record) -> Approval:
    return Approval(
        id=row["approval_id"],
        client_id=row["client_id"],
        account_id=row["account_id"],
        scopes=tuple(row["scopes"]),
        purposes=tuple(row["purposes"]),
        authenticated_at=row["authenticated_at"],
        session=row["session"],
        revoked_at=row["revoked_at"],
    )

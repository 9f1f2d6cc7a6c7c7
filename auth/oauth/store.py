"""The store of the authorization server, as protocols. The SQL is in datasources/oauth."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from auth.oauth.records import Account, Approval, ClientRecord, Code, Redeemed, Session, SigningKeyRecord
from auth.tokens.dpop import SingleUse


class Clients(Protocol):
    async def client(self, client_id: str) -> ClientRecord | None: ...


class Accounts(Protocol):
    async def account(self, account_id: UUID) -> Account | None: ...

    async def account_named(self, username: str) -> Account | None: ...

    async def note_failure(self, account_id: UUID) -> None:
        """Count a wrong password, and lock the account for a while after a hundred."""

    async def note_success(self, account_id: UUID) -> None:
        """Reset the count of wrong passwords."""

    async def open_session(self, digest: bytes, account_id: UUID, expires_at: datetime) -> None: ...

    async def session(self, digest: bytes) -> Session | None:
        """None for a session that ended, or whose account was disabled."""

    async def close_session(self, digest: bytes) -> None:
        """End the session, and revoke all approvals that were given in it."""


class Approvals(Protocol):
    async def approve(self, approval: Approval, code: Code) -> bool:
        """Store an approval with its code. False if the session has ended meanwhile; then nothing is stored."""

    async def redeem_code(self, digest: bytes, client_id: str) -> Redeemed | None:
        """Take the code out in one statement, so that only one of several concurrent requests gets it."""

    async def redeem_refresh_token(self, digest: bytes, client_id: str) -> Redeemed | None:
        """Take the refresh token out, as above."""

    async def keep_refresh_token(
        self, digest: bytes, approval_id: UUID, expires_at: datetime, thumbprint: str | None
    ) -> None: ...

    async def revoke_family(self, digest: bytes, client_id: str) -> None:
        """Revoke the family of a code or refresh token that was used twice or given up."""

    async def revoke(self, kind: str, value: str, until: datetime) -> None:
        """Revoke all tokens of a token id, approval, client or subject. By `until` they have all expired."""


class SigningKeyStore(Protocol):
    async def signing_keys(self) -> list[SigningKeyRecord]: ...


class Store(Clients, Accounts, Approvals, SigningKeyStore, SingleUse, Protocol):
    """All of the store."""

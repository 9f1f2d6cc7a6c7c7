"""What the authorization server needs stored. The SQL behind it is in datasources/oauth."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from auth.oauth.records import Account, Approval, ClientRecord, Code, Redeemed, Session, SigningKeyRecord


class Clients(Protocol):
    async def client(self, client_id: str) -> ClientRecord | None: ...


class Accounts(Protocol):
    async def account(self, account_id: UUID) -> Account | None: ...

    async def account_named(self, username: str) -> Account | None: ...

    async def note_failure(self, account_id: UUID) -> None:
        """Count a wrong password, and lock the account for a while after some."""

    async def note_success(self, account_id: UUID) -> None:
        """The right password: forget the wrong ones."""

    async def open_session(self, digest: bytes, account_id: UUID, expires_at: datetime) -> None: ...

    async def session(self, digest: bytes) -> Session | None:
        """None for one that ended, or whose account was disabled."""

    async def close_session(self, digest: bytes) -> None: ...


class Approvals(Protocol):
    async def approve(self, approval: Approval, code: Code) -> None: ...

    async def redeem_code(self, digest: bytes, client_id: str) -> Redeemed | None:
        """Take it out, in one statement: of many who try at once, one gets it."""

    async def redeem_refresh_token(self, digest: bytes, client_id: str) -> Redeemed | None:
        """As above."""

    async def keep_refresh_token(
        self, digest: bytes, approval_id: UUID, expires_at: datetime, thumbprint: str | None
    ) -> None: ...

    async def revoke_family(self, digest: bytes, client_id: str) -> None:
        """Somebody shows a code or refresh token that was redeemed before, or gives one up: end all that came of it."""

    async def revoke(self, kind: str, value: str, until: datetime) -> None:
        """No token of this kind of thing counts any more; `until` all of them have expired anyway."""


class SigningKeys(Protocol):
    async def signing_keys(self) -> list[SigningKeyRecord]: ...


class SingleUse(Protocol):
    async def use_once(self, digest: bytes, until: datetime) -> bool:
        """True for the first who uses it, on whichever worker."""


class Store(Clients, Accounts, Approvals, SigningKeys, SingleUse, Protocol):
    """All of it."""

"""The records of the authorization server: clients, accounts, approvals, codes, refresh tokens and keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRecord:
    """An application: how it authenticates, and the limits of its contract.

    With a `role` it may act for itself. With a `contract` it is a partner's, and sees the customers linked to it.
    """

    id: str
    name: str
    auth_method: str
    secret: bytes | None = None
    # After a rotation the old secret stays valid for a while, so that the application has no outage.
    previous_secret: bytes | None = None
    previous_until: datetime | None = None
    jwks: Mapping[str, Any] | None = None
    grant_types: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    categories: tuple[str, ...] | None = None
    role: str | None = None
    contract: str | None = None
    territory: str | None = None
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who signs in here: staff or a customer."""

    id: UUID
    username: str
    password_hash: str = field(repr=False)
    role: str
    purposes: tuple[str, ...]
    customer_id: UUID | None = None
    territory: str | None = None
    locked_until: datetime | None = None
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person's approval for a client. All its tokens are one family and are revoked together."""

    id: UUID
    client_id: str
    account_id: UUID
    scopes: tuple[str, ...]
    purposes: tuple[str, ...]
    authenticated_at: datetime
    # The digest of the session in which the person approved, None in approvals of earlier versions.
    session: bytes | None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code, kept under its digest."""

    digest: bytes
    redirect_uri: str
    challenge: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A code or refresh token that was taken out of the store, so that it cannot be redeemed again."""

    approval: Approval
    expires_at: datetime
    redirect_uri: str = ""
    challenge: str = ""
    # The thumbprint of the key that a public client's refresh token is bound to (DPoP).
    thumbprint: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A sign-in in one browser, kept under the digest of its cookie."""

    digest: bytes
    account: Account
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class SigningKeyRecord:
    """A signing key: its sealed private part, its public part, and the times between which it is used."""

    kid: str
    sealed: str = field(repr=False)
    public: Mapping[str, Any] = field(repr=False)
    signs_from: datetime
    retires_at: datetime | None

"""What the authorization server keeps: clients, accounts, approvals, and what a code or refresh token stands for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRecord:
    """An application: how it proves who it is, and the ceilings of its contract.

    With a `role` it may act by itself. A `contract` makes it a partner's; its customers are those linked to it.
    """

    id: str
    name: str
    auth_method: str
    secret: bytes | None = None
    # Rotation keeps the old secret for a while, so that an application can be moved without a gap.
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
    """A person who signs in here: one of the staff, or a customer."""

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
    """That a person let a client act for them. All tokens that come of it are one family and end together."""

    id: UUID
    client_id: str
    account_id: UUID
    scopes: tuple[str, ...]
    purposes: tuple[str, ...]
    authenticated_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What an authorization code was given for; its digest is the key."""

    digest: bytes
    redirect_uri: str
    challenge: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A code or refresh token that was taken out of the store: nobody else can take it."""

    approval: Approval
    expires_at: datetime
    redirect_uri: str = ""
    challenge: str = ""
    # DPoP: the key that a public client's refresh token is bound to.
    thumbprint: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody is signed in, in one browser."""

    account: Account
    authenticated_at: datetime


@dataclass(frozen=True, slots=True)
class SigningKeyRecord:
    """A key that tokens are signed with: sealed, with its public half in the open, and the times it counts."""

    kid: str
    sealed: str = field(repr=False)
    public: Mapping[str, Any] = field(repr=False)
    signs_from: datetime
    retires_at: datetime | None

"""The authorization server's tables: clients, accounts, approvals and keys."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from datasources.columns import metadata, moment, one_of, row_id

METADATA = metadata("oauth")
AUTH_METHODS = ("client_secret", "private_key_jwt", "none")
REVOCABLE = ("token", "approval", "client", "subject")
PROOF = (
    "(auth_method = 'client_secret') = (secret IS NOT NULL) AND (auth_method = 'private_key_jwt') = (jwks IS NOT NULL)"
)


def _words(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, ARRAY(Text()), nullable=nullable)


def _digest() -> Column[Any]:
    """SHA-256 of a secret, so that a copy of the table cannot be used to sign in."""
    return Column("digest", LargeBinary(), primary_key=True)


def _of(table: str) -> Column[Any]:
    kind = Text() if table == "client" else Uuid()
    return Column(f"{table}_id", kind, ForeignKey(f"oauth.{table}.id", ondelete="CASCADE"), nullable=False, index=True)


client = Table(
    "client",
    METADATA,
    Column("id", Text(), primary_key=True),
    Column("name", Text(), nullable=False),
    Column("auth_method", Text(), one_of("auth_method", AUTH_METHODS), nullable=False),
    Column("secret", LargeBinary()),
    Column("previous_secret", LargeBinary()),
    moment("previous_until", nullable=True),
    Column("jwks", JSONB()),
    _words("grant_types"),
    _words("redirect_uris"),
    # Upper limits of the contract. Null categories allow all.
    _words("scopes"),
    _words("purposes"),
    _words("categories", nullable=True),
    # The viewer class of the client's own tokens (client credentials).
    Column("role", Text()),
    # core.partner_link lists the customers of a contract.
    Column("contract", Text()),
    Column("territory", Text()),
    moment("created_at", server_default=text("now()")),
    moment("disabled_at", nullable=True),
    CheckConstraint(PROOF, name="proof_present"),
)

account = Table(
    "account",
    METADATA,
    row_id(),
    Column("username", Text(), nullable=False, unique=True),
    Column("password_hash", Text(), nullable=False),
    Column("role", Text(), nullable=False),
    _words("purposes"),
    Column("customer_id", Uuid()),
    Column("territory", Text()),
    Column("failures", Integer(), nullable=False, server_default=text("0")),
    moment("locked_until", nullable=True),
    moment("created_at", server_default=text("now()")),
    moment("disabled_at", nullable=True),
)

session = Table(
    "session",
    METADATA,
    _digest(),
    _of("account"),
    moment("authenticated_at", server_default=text("now()")),
    moment("expires_at"),
)

approval = Table(
    "approval",
    METADATA,
    Column("id", Uuid(), primary_key=True),
    _of("client"),
    _of("account"),
    _words("scopes"),
    _words("purposes"),
    moment("authenticated_at"),
    # The session in which it was given; its end revokes the approval. Null in approvals of earlier versions.
    Column("session", LargeBinary(), index=True),
    moment("created_at", server_default=text("now()")),
    moment("revoked_at", nullable=True),
)

code = Table(
    "code",
    METADATA,
    _digest(),
    _of("approval"),
    Column("redirect_uri", Text(), nullable=False),
    Column("challenge", Text(), nullable=False),
    moment("expires_at", index=True),
)

refresh_token = Table(
    "refresh_token",
    METADATA,
    _digest(),
    _of("approval"),
    Column("thumbprint", Text()),
    moment("expires_at", index=True),
)

# Redeemed codes and refresh tokens. A second use means that one was stolen.
spent = Table("spent", METADATA, _digest(), _of("approval"), moment("expires_at", index=True))

signing_key = Table(
    "signing_key",
    METADATA,
    Column("kid", Text(), primary_key=True),
    Column("sealed", Text(), nullable=False),
    Column("public", JSONB(), nullable=False),
    moment("signs_from"),
    moment("retires_at", nullable=True),
)

# Revoked tokens, approvals, clients and subjects. Every worker polls it a few times a second.
revocation = Table(
    "revocation",
    METADATA,
    Column("sequence", BigInteger(), Identity(always=True), primary_key=True),
    Column("kind", Text(), one_of("kind", REVOCABLE), nullable=False),
    Column("value", Text(), nullable=False),
    moment("recorded_at", server_default=text("clock_timestamp()")),
    moment("until"),
    Index("ix_revocation_recorded_at", "recorded_at"),
)

used_once = Table("used_once", METADATA, _digest(), moment("until", index=True))

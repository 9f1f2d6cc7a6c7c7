"""Keep what the authorization server needs, in a schema of its own beside core's."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "core_0004"
down_revision: str | None = "core_0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

WORDS = postgresql.ARRAY(sa.Text())


def _moment(name: str, *, nullable: bool = False, **options: Any) -> "sa.Column[Any]":
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=nullable, **options)


def upgrade() -> None:
    op.execute("CREATE SCHEMA oauth")
    _clients()
    _people()
    _approvals()
    _keys()


def downgrade() -> None:
    op.execute("DROP SCHEMA oauth CASCADE")


def _clients() -> None:
    op.create_table(
        "client",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("auth_method", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("previous_secret", sa.LargeBinary(), nullable=True),
        _moment("previous_until", nullable=True),
        sa.Column("jwks", postgresql.JSONB(), nullable=True),
        sa.Column("grant_types", WORDS, nullable=False),
        sa.Column("redirect_uris", WORDS, nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("purposes", WORDS, nullable=False),
        sa.Column("categories", WORDS, nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("contract", sa.Text(), nullable=True),
        sa.Column("territory", sa.Text(), nullable=True),
        _moment("created_at", server_default=sa.text("now()")),
        _moment("disabled_at", nullable=True),
        sa.CheckConstraint(
            "auth_method IN ('client_secret', 'private_key_jwt', 'none')", name=op.f("ck_client_auth_method_known")
        ),
        sa.CheckConstraint(
            "(auth_method = 'client_secret') = (secret IS NOT NULL)"
            " AND (auth_method = 'private_key_jwt') = (jwks IS NOT NULL)",
            name=op.f("ck_client_proof_present"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        schema="oauth",
    )


def _people() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("purposes", WORDS, nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("territory", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _moment("locked_until", nullable=True),
        _moment("created_at", server_default=sa.text("now()")),
        _moment("disabled_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
        schema="oauth",
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        _moment("authenticated_at", server_default=sa.text("now()")),
        _moment("expires_at"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["oauth.account.id"], name=op.f("fk_session_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_session")),
        schema="oauth",
    )
    op.create_index("ix_session_account_id", "session", ["account_id"], schema="oauth")


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("purposes", WORDS, nullable=False),
        _moment("authenticated_at"),
        _moment("created_at", server_default=sa.text("now()")),
        _moment("revoked_at", nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["oauth.account.id"], name=op.f("fk_approval_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["oauth.client.id"], name=op.f("fk_approval_client_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        schema="oauth",
    )
    op.create_index("ix_approval_account_id", "approval", ["account_id"], schema="oauth")
    op.create_index("ix_approval_client_id", "approval", ["client_id"], schema="oauth")
    _redeemable("code", sa.Column("redirect_uri", sa.Text(), nullable=False), _text("challenge"))
    _redeemable("refresh_token", sa.Column("thumbprint", sa.Text(), nullable=True))
    _redeemable("spent")


def _text(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.Text(), nullable=False)


def _redeemable(name: str, *columns: "sa.Column[Any]") -> None:
    op.create_table(
        name,
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        *columns,
        _moment("expires_at"),
        sa.ForeignKeyConstraint(
            ["approval_id"], ["oauth.approval.id"], name=op.f(f"fk_{name}_approval_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f(f"pk_{name}")),
        schema="oauth",
    )
    op.create_index(f"ix_{name}_approval_id", name, ["approval_id"], schema="oauth")
    op.create_index(f"ix_{name}_expires_at", name, ["expires_at"], schema="oauth")


def _keys() -> None:
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("public", postgresql.JSONB(), nullable=False),
        _moment("signs_from"),
        _moment("retires_at", nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
        schema="oauth",
    )
    op.create_table(
        "revocation",
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _text("kind"),
        _text("value"),
        _moment("recorded_at", server_default=sa.text("clock_timestamp()")),
        _moment("until"),
        sa.CheckConstraint("kind IN ('token', 'approval', 'client', 'subject')", name=op.f("ck_revocation_kind_known")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_revocation")),
        schema="oauth",
    )
    op.create_index("ix_revocation_recorded_at", "revocation", ["recorded_at"], schema="oauth")
    op.create_table(
        "used_once",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        _moment("until"),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_once")),
        schema="oauth",
    )
    op.create_index("ix_used_once_until", "used_once", ["until"], schema="oauth")

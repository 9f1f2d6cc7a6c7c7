"""An approval names the session in which it was given, whose end revokes it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "core_0014"
down_revision: str | None = "core_0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # Null in approvals of before.
    op.add_column("approval", sa.Column("session", sa.LargeBinary(), nullable=True), schema="oauth")
    op.create_index(op.f("ix_approval_session"), "approval", ["session"], schema="oauth")


def downgrade() -> None:
    op.drop_column("approval", "session", schema="oauth")

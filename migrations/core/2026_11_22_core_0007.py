"""Let customers be listed in either direction by one index for each order, and the restricted ones last."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "core_0007"
down_revision: str | None = "core_0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NEWEST: list[sa.ColumnClause[object]] = [sa.literal_column("since DESC NULLS LAST"), sa.literal_column("id DESC")]


def upgrade() -> None:
    op.create_index("ix_customer_restricted", "customer", ["id"], schema="core", postgresql_where="(flags & 64) = 64")
    op.drop_index("ix_customer_newest", "customer", schema="core")


def downgrade() -> None:
    op.create_index("ix_customer_newest", "customer", NEWEST, schema="core")
    op.drop_index("ix_customer_restricted", "customer", schema="core")

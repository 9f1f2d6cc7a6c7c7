"""Let customers be listed newest first by an index."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "core_0006"
down_revision: str | None = "core_0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_customer_newest",
        "customer",
        [sa.literal_column("since DESC NULLS LAST"), sa.literal_column("id DESC")],
        schema="core",
    )


def downgrade() -> None:
    op.drop_index("ix_customer_newest", "customer", schema="core")

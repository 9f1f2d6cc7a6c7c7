"""Read a customer's segments in the order in which they are shown."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "marketing_0002"
down_revision: str | None = "marketing_0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_segment_membership_newest",
        "segment_membership",
        ["customer_id", sa.literal_column("entered_on DESC"), sa.literal_column("segment_id DESC")],
        schema="marketing",
    )


def downgrade() -> None:
    op.drop_index("ix_segment_membership_newest", table_name="segment_membership", schema="marketing")

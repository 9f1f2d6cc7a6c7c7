"""Number what happened in every department, and keep the activity of each customer."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "core_0017"
down_revision: str | None = "core_0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
NEWEST: list[sa.ColumnClause[object]] = [sa.literal_column("at DESC"), sa.literal_column("id DESC")]


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("is_bulk", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_change")),
        sa.UniqueConstraint("event_id", name=op.f("uq_change_event_id")),
        schema="core",
    )
    op.create_table(
        "change_author",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_change_author")),
        schema="core",
    )
    op.create_table(
        "activity",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "kind", "id", name=op.f("pk_activity")),
        schema="core",
    )
    op.create_index("ix_activity_newest", "activity", ["customer_id", *NEWEST], schema="core")
    op.create_index("ix_activity_newest_of_kind", "activity", ["customer_id", "kind", *NEWEST], schema="core")


def downgrade() -> None:
    op.drop_table("activity", schema="core")
    op.drop_table("change_author", schema="core")
    op.drop_table("change", schema="core")

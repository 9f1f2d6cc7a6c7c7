"""Keep work that is done outside of requests in a queue of jobs, with the times of what is done regularly."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "core_0012"
down_revision: str | None = "core_0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

MOMENT = postgresql.TIMESTAMP(timezone=True)
IS_LIVE = "died_at IS NULL"


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("due_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("died_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        schema="core",
    )
    op.create_index("ix_job_due_at", "job", ["due_at", "id"], schema="core", postgresql_where=IS_LIVE)
    op.create_index("ix_job_live_key", "job", ["kind", "key"], unique=True, schema="core", postgresql_where=IS_LIVE)
    op.create_table(
        "job_schedule",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_job_schedule")),
        schema="core",
    )


def downgrade() -> None:
    op.drop_table("job_schedule", schema="core")
    op.drop_table("job", schema="core")

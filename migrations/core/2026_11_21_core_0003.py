"""Link partners to customers, and record who saw whose data."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "core_0003"
down_revision: str | None = "core_0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "partner_link",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["core.customer.id"], name=op.f("fk_partner_link_customer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contract", "customer_id", name=op.f("pk_partner_link")),
        schema="core",
    )
    op.create_index("ix_partner_link_customer_id", "partner_link", ["customer_id"], schema="core")
    op.create_table(
        "disclosure",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("coordinates", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_disclosure")),
        schema="core",
    )
    op.create_table(
        "access_record",
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=False),
        sa.Column("viewer_class", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("dry_run_by", sa.Text(), nullable=True),
        sa.Column("subjects", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("disclosure", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_access_record")),
        schema="core",
    )
    op.create_index("ix_access_record_at", "access_record", ["at"], schema="core")
    op.create_index("ix_access_record_subjects", "access_record", ["subjects"], schema="core", postgresql_using="gin")


def downgrade() -> None:
    op.drop_table("access_record", schema="core")
    op.drop_table("disclosure", schema="core")
    op.drop_table("partner_link", schema="core")

"""Keep each subject's privacy flags with the access record: what was shown follows from disclosure and flags."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "core_0011"
down_revision: str | None = "core_0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # Null in records of before.
    op.add_column("access_record", sa.Column("flags", postgresql.ARRAY(sa.Integer()), nullable=True), schema="core")
    op.create_check_constraint(
        op.f("ck_access_record_flags_of_subjects"),
        "access_record",
        "cardinality(flags) = cardinality(subjects)",
        schema="core",
    )


def downgrade() -> None:
    op.drop_column("access_record", "flags", schema="core")

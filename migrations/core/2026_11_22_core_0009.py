"""Let no access record wait for those before it: entries go into the index of subjects as they come."""

from collections.abc import Sequence

from alembic import op

revision: str = "core_0009"
down_revision: str | None = "core_0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INDEX = "core.ix_access_record_subjects"


def upgrade() -> None:
    op.execute(f"ALTER INDEX {INDEX} SET (fastupdate = off)")
    # What was put off stays so, otherwise, until the next vacuum.
    op.execute(f"SELECT gin_clean_pending_list('{INDEX}')")


def downgrade() -> None:
    op.execute(f"ALTER INDEX {INDEX} RESET (fastupdate)")

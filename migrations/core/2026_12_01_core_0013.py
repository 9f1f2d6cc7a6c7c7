"""A table of departments in place of lists of their names in checks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "core_0013"
down_revision: str | None = "core_0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NAMES = ("CORE", "FINANCE", "SALES", "SERVICE", "MARKETING")
COLUMNS = (("channel_preference", "set_via"), ("privacy_event", "recorded_via"))


def upgrade() -> None:
    table = op.create_table("department", sa.Column("name", sa.Text(), primary_key=True), schema="core")
    op.bulk_insert(table, [{"name": name} for name in NAMES])
    for owner, column in COLUMNS:
        op.create_foreign_key(
            f"fk_{owner}_{column}",
            owner,
            "department",
            [column],
            ["name"],
            source_schema="core",
            referent_schema="core",
        )
        op.drop_constraint(f"ck_{owner}_{column}_known", owner, schema="core")


def downgrade() -> None:
    """Fails where a department that came later is named."""
    known = ", ".join(f"'{name}'" for name in NAMES)
    for owner, column in COLUMNS:
        name = op.f(f"ck_{owner}_{column}_known")
        op.create_check_constraint(name, owner, f"{column} IN ({known})", schema="core")
        op.drop_constraint(f"fk_{owner}_{column}", owner, schema="core")
    op.drop_table("department", schema="core")

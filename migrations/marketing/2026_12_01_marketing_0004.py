"""Let no amount have more decimals than its currency (ISO 4217)."""

from collections.abc import Sequence

from migrations.checks import add_check, drop_check, in_minor_units

revision: str = "marketing_0004"
down_revision: str | None = "marketing_0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

AMOUNTS = (
    ("marketing.score", "monetary"),
    ("marketing.score", "lifetime_value"),
    ("marketing.touchpoint", "revenue"),
)


def upgrade() -> None:
    for table, column in AMOUNTS:
        add_check(table, f"{column}_in_minor_units", in_minor_units(column))


def downgrade() -> None:
    for table, column in AMOUNTS:
        drop_check(table, f"{column}_in_minor_units")

"""Let no amount have more decimals than its currency (ISO 4217)."""

from collections.abc import Sequence

from migrations.checks import add_check, drop_check, in_minor_units

revision: str = "sales_0003"
down_revision: str | None = "sales_0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

AMOUNTS = (
    ("sales.opportunity", "amount"),
    ("sales.product", "list_price"),
    ("sales.quote", "total"),
    ("sales.sales_order", "total"),
)
# Amounts before rounding: up to four decimals more.
UNIT_AMOUNTS = (
    ("sales.order_line", "unit_price"),
    ("sales.order_line", "amount"),
)


def upgrade() -> None:
    for table, column in AMOUNTS:
        add_check(table, f"{column}_in_minor_units", in_minor_units(column))
    for table, column in UNIT_AMOUNTS:
        add_check(table, f"{column}_in_minor_units", in_minor_units(column, extra_decimals=4))


def downgrade() -> None:
    for table, column in (*AMOUNTS, *UNIT_AMOUNTS):
        drop_check(table, f"{column}_in_minor_units")

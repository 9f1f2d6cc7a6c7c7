"""Let no amount have more decimals than its currency (ISO 4217)."""

from collections.abc import Sequence

from migrations.checks import add_check, drop_check, in_minor_units

revision: str = "finance_0005"
down_revision: str | None = "finance_0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

AMOUNTS = (
    ("finance.account", "balance"),
    ("finance.credit", "limit_amount"),
    ("finance.credit", "exposure"),
    ("finance.credit_note", "amount"),
    ("finance.dunning_notice", "fee"),
    ("finance.invoice", "total"),
    ("finance.invoice", "tax"),
    ("finance.invoice", "open_amount"),
    ("finance.payment", "amount"),
)
# Amounts before rounding: up to four decimals more.
UNIT_AMOUNTS = (
    ("finance.invoice_line", "unit_price"),
    ("finance.invoice_line", "amount"),
)


def upgrade() -> None:
    for table, column in AMOUNTS:
        add_check(table, f"{column}_in_minor_units", in_minor_units(column))
    for table, column in UNIT_AMOUNTS:
        add_check(table, f"{column}_in_minor_units", in_minor_units(column, extra_decimals=4))


def downgrade() -> None:
    for table, column in (*AMOUNTS, *UNIT_AMOUNTS):
        drop_check(table, f"{column}_in_minor_units")

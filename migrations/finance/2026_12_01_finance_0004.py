"""Keep the currency that a customer is billed in, which the age of their accounts decided before."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "finance_0004"
down_revision: str | None = "finance_0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Imports and other systems need not know of billing: the first account decides, unless something else was said.
DEFAULT = """
CREATE FUNCTION finance.default_billing() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO finance.billing (customer_id, currency)
    SELECT DISTINCT ON (customer_id) customer_id, currency FROM added ORDER BY customer_id, opened_on, id
    ON CONFLICT (customer_id) DO NOTHING;
    RETURN NULL;
END
$$
"""
TRIGGER = """
CREATE TRIGGER default_billing AFTER INSERT ON finance.account
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION finance.default_billing()
"""
OLDEST = """
INSERT INTO finance.billing (customer_id, currency)
SELECT DISTINCT ON (customer_id) customer_id, currency FROM finance.account ORDER BY customer_id, opened_on, id
"""


def upgrade() -> None:
    op.create_table(
        "billing",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_billing_currency_iso4217")),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_billing")),
        schema="finance",
    )
    # Before the accounts are read, so that one that is added meanwhile is not missed.
    op.execute(DEFAULT)
    op.execute(TRIGGER)
    op.execute(f"{OLDEST} ON CONFLICT (customer_id) DO NOTHING")
    op.drop_index("ix_account_oldest", table_name="account", schema="finance")


def downgrade() -> None:
    op.create_index("ix_account_oldest", "account", ["customer_id", "opened_on", "id"], schema="finance")
    op.execute("DROP TRIGGER default_billing ON finance.account")
    op.execute("DROP FUNCTION finance.default_billing()")
    op.drop_table("billing", schema="finance")

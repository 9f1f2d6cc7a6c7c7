"""Find a customer's oldest account, whose currency is the one we bill in, without sorting their accounts."""

from collections.abc import Sequence

from alembic import op

revision: str = "finance_0002"
down_revision: str | None = "finance_0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_account_oldest", "account", ["customer_id", "opened_on", "id"], schema="finance")


def downgrade() -> None:
    op.drop_index("ix_account_oldest", table_name="account", schema="finance")

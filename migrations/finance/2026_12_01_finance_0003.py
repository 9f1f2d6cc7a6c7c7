"""Record what happens to customers: a queue of events, which the triggers of the department's tables fill."""

from collections.abc import Sequence

from alembic import op

from migrations.event_queue import create_event_queue, drop_event_queue

revision: str = "finance_0003"
down_revision: str | None = "finance_0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    create_event_queue(op, "finance")


def downgrade() -> None:
    drop_event_queue(op, "finance")

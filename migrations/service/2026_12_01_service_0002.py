"""Record what happens to customers: a queue of events, which the triggers of the department's tables fill."""

from collections.abc import Sequence

from alembic import op

from migrations.event_queue import create_event_queue, drop_event_queue

revision: str = "service_0002"
down_revision: str | None = "service_0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    create_event_queue(op, "service")


def downgrade() -> None:
    drop_event_queue(op, "service")

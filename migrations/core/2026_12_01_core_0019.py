"""Keep the extension of a phone number beside the number."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from migrations.checks import add_check

revision: str = "core_0019"
down_revision: str | None = "core_0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

IS_EXTENSION = "~ '^[0-9]{1,20}$'"


def upgrade() -> None:
    op.add_column("contact_point", sa.Column("extension", sa.Text(), nullable=True), schema="core")
    op.add_column("contact_person", sa.Column("phone_extension", sa.Text(), nullable=True), schema="core")
    add_check(
        "core.contact_point",
        "extension_of_phone",
        f"kind = 'PHONE' AND extension {IS_EXTENSION} OR extension IS NULL",
    )
    add_check(
        "core.contact_person",
        "extension_of_phone",
        f"phone IS NOT NULL AND phone_extension {IS_EXTENSION} OR phone_extension IS NULL",
    )


def downgrade() -> None:
    op.drop_column("contact_person", "phone_extension", schema="core")
    op.drop_column("contact_point", "extension", schema="core")

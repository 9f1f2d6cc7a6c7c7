"""Find names and e-mail addresses whatever their case and normal form."""

from collections.abc import Sequence

from alembic import op

revision: str = "core_0020"
down_revision: str | None = "core_0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# As datasources/sql_text.py writes it.
FOLDED = "lower(upper(normalize({}) COLLATE pg_c_utf8))"


def upgrade() -> None:
    op.execute("DROP INDEX core.ix_customer_name_prefix")
    op.execute(
        f"CREATE INDEX ix_customer_name_prefix ON core.customer ({FOLDED.format('display_name')} text_pattern_ops)"
    )
    op.execute(
        f"CREATE INDEX ix_contact_point_email ON core.contact_point ({FOLDED.format('value')}) WHERE kind = 'EMAIL'"
    )


def downgrade() -> None:
    op.execute("DROP INDEX core.ix_contact_point_email")
    op.execute("DROP INDEX core.ix_customer_name_prefix")
    op.execute("CREATE INDEX ix_customer_name_prefix ON core.customer (lower(display_name) text_pattern_ops)")

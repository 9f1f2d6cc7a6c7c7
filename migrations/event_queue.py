"""The tables of a department's queue of events, the same for each department. Used by one revision of each branch."""

from types import ModuleType

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import postgresql

MOMENT = postgresql.TIMESTAMP(timezone=True)

# A department's login may have been given SELECT on every future table of the schema.
KEEP_FROM_LOGINS = """
DO $$
DECLARE
    login text;
BEGIN
    FOR login IN
        SELECT DISTINCT grantee::regrole::text FROM pg_class, aclexplode(relacl)
        WHERE pg_class.oid = '{table}'::regclass AND grantee NOT IN (0, relowner)
    LOOP
        EXECUTE format('REVOKE ALL ON {table} FROM %s', login);
    END LOOP;
END
$$
"""


def create_event_queue(op: ModuleType | Operations, department: str) -> None:
    op.create_table(
        "event",
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("happened_at", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("is_bulk", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("change IN ('ADDED', 'CHANGED', 'GONE')", name=op.f("ck_event_change_known")),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_event")),
        schema=department,
    )
    op.create_table(
        "event_author",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_author")),
        schema=department,
    )
    for table in ("event", "event_author"):
        op.execute(KEEP_FROM_LOGINS.format(table=f"{department}.{table}"))


def drop_event_queue(op: ModuleType | Operations, department: str) -> None:
    op.drop_table("event_author", schema=department)
    op.drop_table("event", schema=department)

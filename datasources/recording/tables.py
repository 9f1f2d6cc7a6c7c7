"""The tables of a department's queue of events."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Identity, MetaData, Table, Text, Uuid, text

from datasources.columns import moment

CHANGES = ("ADDED", "CHANGED", "GONE")


def add_event_tables(metadata: MetaData) -> None:
    """Declare `event` and `event_author` in a department's metadata.

    `event` is a queue: the leader takes from it. It holds no values. Who did it lies apart, because a connector may be
    allowed to read the one and not the other.
    """
    Table(
        "event",
        metadata,
        Column("sequence", BigInteger(), Identity(always=True), primary_key=True),
        Column("id", Uuid(), nullable=False, server_default=text("gen_random_uuid()")),
        Column("customer_id", Uuid(), nullable=False),
        Column("kind", Text(), nullable=False),
        Column("change", Text(), nullable=False),
        Column("row_id", Uuid(), nullable=False),
        moment("happened_at"),
        moment("recorded_at", server_default=text("now()")),
        # History that is loaded: read models follow, live answers and webhooks do not.
        Column("is_bulk", Boolean(), nullable=False, server_default=text("false")),
        CheckConstraint("change IN ('ADDED', 'CHANGED', 'GONE')", name="change_known"),
    )
    Table(
        "event_author",
        metadata,
        Column("event_id", Uuid(), primary_key=True),
        Column("author", Text(), nullable=False),
    )

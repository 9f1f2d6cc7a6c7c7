"""Core's tables of what happened: the numbered changes, and the activity that timelines page through."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Identity, Index, MetaData, Table, Text, Uuid, text

from datasources.columns import moment


def add_history_tables(metadata: MetaData) -> None:
    """Declare `change`, `change_author` and `activity` in core's metadata."""
    _add_changes(metadata)
    _add_activity(metadata)


def _add_changes(metadata: MetaData) -> None:
    Table(
        "change",
        metadata,
        # Given under a lock: a reader who has seen a position has missed none before it.
        Column("position", BigInteger(), Identity(always=True), primary_key=True),
        Column("event_id", Uuid(), nullable=False, unique=True),
        Column("department", Text(), nullable=False),
        Column("customer_id", Uuid(), nullable=False),
        Column("kind", Text(), nullable=False),
        Column("change", Text(), nullable=False),
        Column("row_id", Uuid(), nullable=False),
        moment("happened_at"),
        moment("recorded_at"),
        Column("is_bulk", Boolean(), nullable=False),
    )
    Table(
        "change_author",
        metadata,
        Column("event_id", Uuid(), primary_key=True),
        Column("author", Text(), nullable=False),
    )


def _add_activity(metadata: MetaData) -> None:
    newest_last = (text("at DESC"), text("id DESC"))
    Table(
        "activity",
        metadata,
        Column("customer_id", Uuid(), primary_key=True),
        Column("kind", Text(), primary_key=True),
        # The row's id in its department.
        Column("id", Uuid(), primary_key=True),
        moment("at"),
        Column("channel", Text()),
        Column("direction", Text()),
        Column("retain_until", Date()),
        # Where the viewer may see every kind; else one branch for each kind that they may see, merged.
        Index("ix_activity_newest", "customer_id", *newest_last),
        Index("ix_activity_newest_of_kind", "customer_id", "kind", *newest_last),
    )

"""The tables of the job queue, which belong to core's schema."""

from sqlalchemy import BigInteger, Column, Identity, Index, Integer, MetaData, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from datasources.columns import moment


def add_job_tables(metadata: MetaData) -> None:
    """Declare `job` and `job_schedule` in core's metadata."""
    Table(
        "job",
        metadata,
        Column("id", BigInteger(), Identity(always=True), primary_key=True),
        Column("kind", Text(), nullable=False),
        # Ids only, never content: what a job reads is decided when it runs.
        Column("arguments", JSONB(), nullable=False, server_default=text("'{}'")),
        # Two live jobs of one kind cannot have the same key; null never collides.
        Column("key", Text()),
        # The earliest time of the next attempt; for a leased job, the end of its lease.
        moment("due_at", server_default=text("now()")),
        Column("attempts", Integer(), nullable=False, server_default=text("0")),
        Column("max_attempts", Integer(), nullable=False),
        # Names one attempt, so that a worker whose lease expired cannot end another's.
        Column("lease", Uuid()),
        # The type of the last error, without its text, which may hold personal data.
        Column("failure", Text()),
        moment("died_at", nullable=True),
        moment("created_at", server_default=text("now()")),
        Index("ix_job_due_at", "due_at", "id", postgresql_where=text("died_at IS NULL")),
        Index("ix_job_live_key", "kind", "key", unique=True, postgresql_where=text("died_at IS NULL")),
    )
    Table(
        "job_schedule",
        metadata,
        Column("kind", Text(), primary_key=True),
        moment("due_at"),
    )

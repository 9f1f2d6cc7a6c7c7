"""How long core keeps what it learned from events."""

from datasources.engine.pools.sessions import connected, event_session

_FORGET_CHANGES = """
    WITH old AS (DELETE FROM core.change WHERE recorded_at < now() - $1 * interval '1 day' RETURNING event_id)
    DELETE FROM core.change_author USING old WHERE change_author.event_id = old.event_id
"""
# The last day counts. The session's time zone is UTC.
_FORGET_ACTIVITY = "DELETE FROM core.activity WHERE retain_until < current_date"


async def forget_changes(core: str, days: int) -> None:
    """A reader whose last position is older has to read everything again."""
    async with connected(core, event_session()) as connection:
        await connection.execute(_FORGET_CHANGES, days)


async def forget_activity(core: str) -> None:
    """What is past its retention reads as erased in its department too, purged or not."""
    async with connected(core, event_session()) as connection:
        await connection.execute(_FORGET_ACTIVITY)

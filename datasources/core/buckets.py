"""Token buckets in core's database, shared by all processes; one statement draws points atomically."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

from auth.rates import BucketsUnavailable, Level, Rate
from datasources.engine.pools.pool import WritePool
from datasources.engine.pools.sessions import bucket_session
from datasources.engine.running.stages import Stage, stage
from datasources.unavailable import Unavailable

if TYPE_CHECKING:
    from datasources.engine.pools.sessions import Connection

# $1 key, $2 points of a full bucket, $3 points that come back in a second, $4 points to draw. The row lock
# serializes concurrent draws; one that read the clock before the other counts no time as passed.
_FILLED = "LEAST($2, b.points + GREATEST(0, EXTRACT(EPOCH FROM excluded.as_of - b.as_of)::float8) * $3)"
_DRAW = f"""
INSERT INTO core.rate_bucket AS b (key, points, is_enough, as_of)
VALUES ($1, LEAST($2::float8, $2 - $4::float8), true, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET
    points = CASE WHEN {_FILLED} >= $4 THEN LEAST($2, {_FILLED} - $4) ELSE {_FILLED} END,
    is_enough = {_FILLED} >= $4,
    as_of = GREATEST(b.as_of, excluded.as_of)
RETURNING points, is_enough
"""  # noqa: S608 - a constant
_FORGET = "DELETE FROM core.rate_bucket WHERE as_of < clock_timestamp() - interval '1 day'"
_MAX_CONNECTIONS = 2
# Deadline of a draw, longer than a healthy database takes. Every request waits for its draw.
DRAW_SECONDS = 0.25


class CommonBuckets:
    """Token buckets that all processes share."""

    def __init__(self, pool: WritePool) -> None:
        self._pool = pool

    @classmethod
    @asynccontextmanager
    async def open(cls, address: str) -> AsyncIterator[CommonBuckets]:
        """Connections are opened on first use, because the database may be down at the start."""
        pool = WritePool(address, bucket_session(_forget_unused), _MAX_CONNECTIONS)
        try:
            yield cls(pool)
        finally:
            pool.terminate()

    async def draw(self, key: str, points: float, rate: Rate) -> Level:
        """Draw all points or none. Raises BucketsUnavailable if core does not answer."""
        # The table holds a hash, because the key names a client.
        digest = sha256(key.encode()).digest()
        deadline = asyncio.get_running_loop().time() + DRAW_SECONDS
        try:
            with stage(Stage.DRAW):
                rows = await self._pool.fetch(_DRAW, [digest, rate.capacity, rate.per_second, points], deadline)
        except Unavailable as error:
            raise BucketsUnavailable(str(error)) from error
        return Level(bool(rows[0]["is_enough"]), float(rows[0]["points"]))


async def _forget_unused(connection: Connection) -> None:
    await connection.execute(_FORGET)

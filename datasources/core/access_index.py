"""Background upkeep of the index on the access log's subjects.

Indexing a page of fifty subjects with its record would take four times as long as storing the record, so PostgreSQL
puts the entries on a pending list (GIN fastupdate). Queries read that list too, so they miss nothing.
"""

from __future__ import annotations

import asyncio
import logging

from datasources.engine.pools.pool import WritePool
from datasources.unavailable import Unavailable

log = logging.getLogger("customer360.access_log")

SECONDS_BETWEEN_RUNS = 1.0
# Deadline of one run, long enough for a full pending list.
SECONDS_TO_CATCH_UP = 60.0
_CATCH_UP = "SELECT core.catch_up_access_log()"


class AccessIndex:
    """Empties the index's pending list; `is_current` when everything stored is indexed."""

    def __init__(self, pool: WritePool) -> None:
        self._pool = pool
        self._stored = self._indexed = 0
        self._has_warned = False

    @property
    def is_current(self) -> bool:
        return self._indexed == self._stored

    def note_stored(self) -> None:
        self._stored += 1

    async def keep_up(self) -> None:
        """Run until cancelled."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_RUNS)
            if not self.is_current:
                await self._catch_up()

    async def _catch_up(self) -> None:
        stored = self._stored
        try:
            await self._pool.fetch(_CATCH_UP, [], asyncio.get_running_loop().time() + SECONDS_TO_CATCH_UP)
        except Unavailable as error:
            # The next run tries again. Storing records does not wait for the index.
            if not self._has_warned:
                log.warning("the index of the access log is not kept up: %s", error)
            self._has_warned = True
        else:
            self._indexed, self._has_warned = stored, False

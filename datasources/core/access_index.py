"""The index of the access log's subjects: its entries are made in the background, many at once.

Made with each record, the entries of a page of fifty take PostgreSQL four times as long as all else of the record. What
is not indexed yet is found all the same: PostgreSQL reads the list of what it put off.
"""

from __future__ import annotations

import asyncio
import logging

from datasources.engine.pools.pool import Pool
from datasources.unavailable import Unavailable

log = logging.getLogger("customer360.access_log")

SECONDS_BETWEEN_RUNS = 1.0
# How long a statement may take that makes up for everything.
SECONDS_TO_CATCH_UP = 60.0
_CATCH_UP = "SELECT core.catch_up_access_log()"


class AccessIndex:
    """Told when something was stored; `is_current` when nothing is left to be made up for."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._stored = self._indexed = 0
        self._has_warned = False

    @property
    def is_current(self) -> bool:
        return self._indexed == self._stored

    def note_stored(self) -> None:
        self._stored += 1

    async def keep_up(self) -> None:
        """Until it is cancelled."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_RUNS)
            if not self.is_current:
                await self._catch_up()

    async def _catch_up(self) -> None:
        stored = self._stored
        try:
            await self._pool.fetch(_CATCH_UP, [], asyncio.get_running_loop().time() + SECONDS_TO_CATCH_UP)
        except Unavailable as error:
            # Tried again in a moment; nobody who stores records waits for it.
            if not self._has_warned:
                log.warning("the index of the access log is not kept up: %s", error)
            self._has_warned = True
        else:
            self._indexed, self._has_warned = stored, False

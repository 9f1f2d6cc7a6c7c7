"""The signing keys as one process knows them: read again every half minute, so that a rotation needs no restart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from joserfc.jwk import Key

from auth.oauth.keys.sealing import Seal
from auth.oauth.keys.signing import SigningKeys
from auth.oauth.store import SigningKeys as Stored
from datasources.oauth.database import StoreUnavailable

# Much less than the time for which a new key is published before it signs.
SECONDS = 30.0
# While the database is away the keys that are known go on counting, for about as long.
MOST_SECONDS = 300.0


class Keys:
    """Asked by whoever signs or verifies. `current` first; then `known`."""

    def __init__(self, store: Stored, seal: Seal, make_first: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._seal = seal
        self._make_first = make_first
        self._read_at = float("-inf")
        self._one = asyncio.Lock()
        self.known = SigningKeys([], seal)

    async def current(self) -> None:
        if time.monotonic() - self._read_at <= SECONDS:
            return
        async with self._one:
            # Whoever waited for another's reading needs none of their own.
            if time.monotonic() - self._read_at > SECONDS:
                await self._renew_if_it_answers()

    async def renew(self) -> None:
        records = await self._store.signing_keys()
        if not records:
            await self._make_first()
            records = await self._store.signing_keys()
        self.known = SigningKeys(records, self._seal)
        self._read_at = time.monotonic()

    def public(self) -> list[Key]:
        return self.known.public_keys(datetime.now(UTC))

    async def _renew_if_it_answers(self) -> None:
        try:
            await self.renew()
        except StoreUnavailable:
            if time.monotonic() - self._read_at > MOST_SECONDS:
                raise

"""The signing keys of one process: read again every half minute, so that a rotation needs no restart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from joserfc.jwk import Key

from auth.oauth.keys.sealing import Seal
from auth.oauth.keys.signing import SigningKeys
from auth.oauth.store import SigningKeyStore
from datasources.oauth.database import StoreUnavailable

# Much less than the time for which a new key is published before it signs.
REFRESH_SECONDS = 30.0
# While the database is unavailable, the known keys stay valid for this long.
STALE_SECONDS = 300.0


class Keys:
    """The keys for signing and verifying. Call `current` before reading `known`."""

    def __init__(self, store: SigningKeyStore, seal: Seal, make_first: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._seal = seal
        self._make_first = make_first
        self._read_at = float("-inf")
        self._one = asyncio.Lock()
        self.known = SigningKeys([], seal)

    async def current(self) -> None:
        if time.monotonic() - self._read_at <= REFRESH_SECONDS:
            return
        async with self._one:
            # A concurrent caller may have read them meanwhile.
            if time.monotonic() - self._read_at > REFRESH_SECONDS:
                await self._renew_if_available()

    async def renew(self) -> None:
        records = await self._store.signing_keys()
        if not records:
            await self._make_first()
            records = await self._store.signing_keys()
        self.known = SigningKeys(records, self._seal)
        self._read_at = time.monotonic()

    def public(self) -> list[Key]:
        return self.known.public_keys(datetime.now(UTC))

    async def _renew_if_available(self) -> None:
        try:
            await self.renew()
        except StoreUnavailable:
            if time.monotonic() - self._read_at > STALE_SECONDS:
                raise

"""The keys of a remote issuer: fetched one at a time with a cooldown, kept while the issuer is unavailable."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from auth.tokens import claims
from auth.tokens.claims import InvalidTokenError
from auth.tokens.key_sets import usable_keys
from auth.tokens.keys import TrustedKeys
from auth.tokens.verifier import Verifier

log = logging.getLogger("customer360.issuers")

# A good set is fetched again in the background after this time.
FRESH_SECONDS = 600.0
# Least time between two fetches, whatever the tokens name and however often a fetch fails.
COOLDOWN_SECONDS = 10.0
# Without a successful fetch for this long, the keys no longer count: one may have been withdrawn.
STALE_SECONDS = 24 * 60 * 60.0

Fetch = Callable[[str], Awaitable[bytes]]


class FetchError(Exception):
    """The fetch failed, or its answer cannot be used. The message is for the log."""


class KeysUnavailable(Exception):
    """The issuer's keys were never fetched, or are too old to trust."""


class RemoteKeys:
    """One issuer's key set. Its address comes from the configuration, never from a token."""

    def __init__(self, url: str, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._fetch = fetch
        self._clock = clock
        self._good_at = float("-inf")
        # Refreshing and renewing have a cooldown each, so that a key published just after a refresh is fetched at once.
        self._refreshed_at = float("-inf")
        self._renewed_at = float("-inf")
        self._kids: frozenset[str] = frozenset()
        self._fetching: asyncio.Task[None] | None = None

    async def current(self, verifier: Verifier) -> None:
        age = self._clock() - self._good_at
        if age > FRESH_SECONDS and self._clock() - self._refreshed_at >= COOLDOWN_SECONDS:
            self._refreshed_at = self._clock()
            fetching = self._start(verifier)
            if age > STALE_SECONDS:
                await asyncio.wait([fetching])
        elif age > STALE_SECONDS and self._fetching is not None and not self._fetching.done():
            await asyncio.wait([self._fetching])
        if self._clock() - self._good_at > STALE_SECONDS:
            raise KeysUnavailable(self._url)

    async def renew(self, verifier: Verifier) -> bool:
        """Concurrent callers share the pending fetch. After it, calls return False for COOLDOWN_SECONDS."""
        before = self._kids
        fetching = self._fetching
        if fetching is None or fetching.done():
            if self._clock() - self._renewed_at < COOLDOWN_SECONDS:
                return False
            self._renewed_at = self._clock()
            fetching = self._start(verifier)
        await asyncio.wait([fetching])
        return self._kids != before

    def _start(self, verifier: Verifier) -> asyncio.Task[None]:
        self._fetching = asyncio.create_task(self._load(verifier), name="issuer keys")
        return self._fetching

    async def _load(self, verifier: Verifier) -> None:
        """Replace the keys if the fetch succeeds. After any failure the last good set stays."""
        try:
            published = claims.parse(await self._fetch(self._url)).get("keys")
            keys = usable_keys(published)
            if not keys:
                raise FetchError("no key of the set can be used")
        except (FetchError, InvalidTokenError) as error:
            log.warning("the keys at %s cannot be had: %s", self._url, error)
            return
        kids = frozenset(str(key.kid) for key in keys)
        if kids != self._kids:
            verifier.keys = TrustedKeys(keys)
            # Tokens signed with a withdrawn key must not stay in the cache.
            verifier.forget()
        self._kids, self._good_at = kids, self._clock()

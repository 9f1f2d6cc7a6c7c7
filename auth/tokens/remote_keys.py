"""The keys of an issuer elsewhere: fetched seldom, by one at a time, and kept while the issuer is away."""

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

# A good set is looked at again after this; nobody waits for that.
FRESH_SECONDS = 600.0
# Tokens that name unknown keys, or an issuer that does not answer, make us ask no more often than this.
COOLDOWN_SECONDS = 10.0
# An issuer that has been away for longer may have withdrawn a key for a reason.
STALE_SECONDS = 24 * 60 * 60.0

Fetch = Callable[[str], Awaitable[bytes]]


class FetchError(Exception):
    """What was asked for did not come, or not as it should. The message is for the log."""


class KeysUnavailable(Exception):
    """The issuer's keys could never be had, or not for too long. Its tokens cannot be told from forged ones."""


class RemoteKeys:
    """One issuer's key set. Where it lies is configuration: no token can name another place."""

    def __init__(self, url: str, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._fetch = fetch
        self._clock = clock
        self._good_at = float("-inf")
        # The two reasons to ask have a cooldown each: a key that is new just after we looked is fetched at once.
        self._looked_at = float("-inf")
        self._renewed_at = float("-inf")
        self._kids: frozenset[str] = frozenset()
        self._fetching: asyncio.Task[None] | None = None

    async def current(self, verifier: Verifier) -> None:
        age = self._clock() - self._good_at
        if age > FRESH_SECONDS and self._clock() - self._looked_at >= COOLDOWN_SECONDS:
            self._looked_at = self._clock()
            fetching = self._start(verifier)
            if age > STALE_SECONDS:
                await asyncio.wait([fetching])
        elif age > STALE_SECONDS and self._fetching is not None and not self._fetching.done():
            await asyncio.wait([self._fetching])
        if self._clock() - self._good_at > STALE_SECONDS:
            raise KeysUnavailable(self._url)

    async def renew(self, verifier: Verifier) -> bool:
        """Those who come while it is being fetched wait for that; those who come soon after are told no."""
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
        """Whatever goes wrong, the last good set stays."""
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
            # What a key signed that was withdrawn is not remembered.
            verifier.forget()
        self._kids, self._good_at = kids, self._clock()

"""The authorization server of one process: opened with it, on core's database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from auth.oauth.assembly import build_authority
from auth.oauth.authority import Authority
from auth.oauth.keys.sealing import Seal
from auth.oauth.passwords import Passwords
from auth.oauth.records import ClientRecord
from auth.oauth.site import Site
from auth.tokens.revocations import Revocations
from datasources.oauth.administration import Administration
from datasources.oauth.store import OAuthStore
from server.oauth.forms import Guard
from server.oauth.keys import Keys
from server.oauth.register import Register, forgetting

THREADS = 8
MOST_AT_ONCE = 200
SECONDS_FOR_STORE = 5.0


class Overloaded(Exception):
    """More is asked at once than can be answered soon."""


@dataclass
class OAuthService:
    """What the endpoints and pages stand on."""

    site: Site
    store: OAuthStore
    keys: Keys
    revocations: Revocations
    passwords: Passwords
    guard: Guard
    authority: Authority
    threads: ThreadPoolExecutor
    # An application of our own that is to be registered when the database first answers.
    unregistered: ClientRecord | None = None
    _running: int = 0

    @property
    def register(self) -> Register:
        return Register(self.revocations, self.keys, self.store)

    async def run(self, work: Callable[..., Any], *values: Any) -> Any:
        """Authlib's core, in a thread of its own, with keys and revocations of now."""
        if self._running >= MOST_AT_ONCE:
            raise Overloaded
        self._running += 1
        try:
            await self.keys.current()
            await self.revocations.current()
            await self._register()
            return await asyncio.get_running_loop().run_in_executor(self.threads, work, *values)
        finally:
            self._running -= 1

    async def _register(self) -> None:
        """Two that come at once both do it, and the second changes nothing."""
        if self.unregistered is not None:
            await self.store.keep_own_client(self.unregistered)
            self.unregistered = None


@asynccontextmanager
async def opened(
    site: Site, address: str, secret: bytes, timeout_ms: int, own_client: ClientRecord | None = None
) -> AsyncIterator[OAuthService]:
    """The service. Its first key is made when the database answers; it may be down at the start."""
    seal, loop = Seal(secret), asyncio.get_running_loop()
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="oauth")
    async with OAuthStore.open(address, timeout_ms) as store, forgetting(store):
        keys, revocations = Keys(store, seal, lambda: _ensure_key(address, seal)), Revocations(store)

        def wait(work: Any) -> Any:
            return asyncio.run_coroutine_threadsafe(work, loop).result(SECONDS_FOR_STORE)

        authority = build_authority(site, store, lambda: keys.known, wait, revocations.covers)
        guard = Guard(secret, site.issuer)
        try:
            yield OAuthService(site, store, keys, revocations, Passwords(store), guard, authority, threads, own_client)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)


async def _ensure_key(address: str, seal: Seal) -> None:
    async with Administration.open(address) as administration:
        await administration.ensure_key(seal, datetime.now(UTC))

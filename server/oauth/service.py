"""The authorization server of one process, on core's database."""

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
from server.oauth.devices import Devices
from server.oauth.forms import Guard
from server.oauth.keys import Keys
from server.oauth.register import Register, housekeeping

THREADS = 8
MAX_CONCURRENT_REQUESTS = 200
STORE_TIMEOUT_SECONDS = 5.0


class Overloaded(Exception):
    """Too many requests are running. The client should retry in a moment."""


@dataclass
class OAuthService:
    """The parts that the endpoints and pages use."""

    site: Site
    store: OAuthStore
    keys: Keys
    revocations: Revocations
    passwords: Passwords
    guard: Guard
    devices: Devices
    authority: Authority
    threads: ThreadPoolExecutor
    # A client of our own that is registered when the database first answers.
    unregistered: ClientRecord | None = None
    _running: int = 0

    @property
    def register(self) -> Register:
        return Register(self.revocations, self.keys, self.store)

    async def run(self, work: Callable[..., Any], *values: Any) -> Any:
        """Run a function of Authlib's core in a thread, with current keys and revocations. Raises Overloaded."""
        if self._running >= MAX_CONCURRENT_REQUESTS:
            raise Overloaded
        self._running += 1
        try:
            await self.keys.current()
            await self.revocations.current()
            await self._register_own_client()
            return await asyncio.get_running_loop().run_in_executor(self.threads, work, *values)
        finally:
            self._running -= 1

    async def _register_own_client(self) -> None:
        """Two concurrent requests may both do it; the second changes nothing."""
        if self.unregistered is not None:
            await self.store.keep_own_client(self.unregistered)
            self.unregistered = None


@asynccontextmanager
async def open_service(
    site: Site, address: str, secret: bytes, timeout_ms: int, own_client: ClientRecord | None = None
) -> AsyncIterator[OAuthService]:
    """The service. The database may be down at the start; the first key is created when it answers."""
    seal, loop = Seal(secret), asyncio.get_running_loop()
    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="oauth")
    async with OAuthStore.open(address, timeout_ms) as store, housekeeping(store):
        keys, revocations = Keys(store, seal, lambda: _ensure_key(address, seal)), Revocations(store)

        def wait(work: Any) -> Any:
            return asyncio.run_coroutine_threadsafe(work, loop).result(STORE_TIMEOUT_SECONDS)

        authority = build_authority(site, store, lambda: keys.known, wait, revocations.covers)
        guard = Guard(secret, site.issuer)
        try:
            passwords, devices = Passwords(store), Devices(secret)
            yield OAuthService(
                site, store, keys, revocations, passwords, guard, devices, authority, threads, own_client
            )
        finally:
            threads.shutdown(wait=False, cancel_futures=True)


async def _ensure_key(address: str, seal: Seal) -> None:
    async with Administration.open(address) as administration:
        await administration.ensure_key(seal, datetime.now(UTC))

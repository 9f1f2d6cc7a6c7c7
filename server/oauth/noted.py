"""What tokens of any issuer are checked against besides their signature: revocations, and proofs that were used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from auth.oauth.store import Once
from auth.revocations import Revocations
from datasources.oauth.store import OAuthStore

HOUSEKEEPING_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Noted:
    """Both lie in the schema `oauth` of core's database, whether our own authorization server is served or not."""

    once: Once
    revocations: Revocations


@asynccontextmanager
async def opened(address: str, timeout_ms: int) -> AsyncIterator[Noted]:
    """For a server that trusts other issuers only."""
    async with OAuthStore.open(address, timeout_ms) as store, kept(store):
        yield Noted(store, Revocations(store))


@asynccontextmanager
async def kept(store: OAuthStore) -> AsyncIterator[None]:
    """What expired is dropped now and then; whether that succeeds matters to nobody."""

    async def keep() -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
            await asyncio.gather(store.forget_expired(), return_exceptions=True)

    keeping = asyncio.create_task(keep(), name="oauth housekeeping")
    try:
        yield
    finally:
        keeping.cancel()

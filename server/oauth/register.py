"""What tokens are checked against beyond what they say: who signs them, what was revoked, which proofs were used."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from auth.oauth.keys.sealing import Seal
from auth.oauth.store import SingleUse
from auth.tokens.revocations import Revocations
from datasources.oauth.register import TokenRegister
from datasources.oauth.store import OAuthStore
from server.oauth.keys import Keys

HOUSEKEEPING_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Register:
    """It lies in the schema `oauth` of core's database, whether our own authorization server is served or not.

    Without `keys` that server's tokens are not believed. Without `once` no proof of possession can be checked, since
    none may be used twice.
    """

    revocations: Revocations
    keys: Keys | None = None
    single_use: SingleUse | None = None


@asynccontextmanager
async def looked_up(address: str, timeout_ms: int) -> AsyncIterator[Register]:
    """A subgraph's: it reads the register, and writes nothing there. The database may be down at the start."""
    async with TokenRegister.open(address, timeout_ms) as store:
        yield Register(Revocations(store, timeout_ms / 1000), Keys(store, _NOTHING_SEALED, _left_to_core))


@asynccontextmanager
async def kept(address: str, timeout_ms: int) -> AsyncIterator[Register]:
    """Of a server that trusts other issuers only."""
    async with OAuthStore.open(address, timeout_ms) as store, forgetting(store):
        yield Register(Revocations(store), single_use=store)


@asynccontextmanager
async def forgetting(store: OAuthStore) -> AsyncIterator[None]:
    """What expired is dropped now and then; whether that succeeds matters to nobody."""

    async def forget() -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
            await asyncio.gather(store.forget_expired(), return_exceptions=True)

    forgetting = asyncio.create_task(forget(), name="oauth housekeeping")
    try:
        yield
    finally:
        forgetting.cancel()


# The keys come without the part that signs.
_NOTHING_SEALED = Seal(bytes(32))


async def _left_to_core() -> None:
    """The first key is made by whoever signs."""

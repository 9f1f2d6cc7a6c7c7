"""The register that tokens are checked against: signing keys, revocations and used proofs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from auth.oauth.keys.sealing import Seal
from auth.tokens.dpop import SingleUse
from auth.tokens.revocations import Revocations
from datasources.oauth.register import TokenRegister
from datasources.oauth.store import OAuthStore
from server.oauth.keys import Keys

HOUSEKEEPING_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Register:
    """The register in the schema `oauth` of core's database, which exists without the built-in server too.

    Without `keys` the tokens of the built-in server are refused. Without `single_use` no proof of possession can be
    checked, because a proof may be used only once.
    """

    revocations: Revocations
    keys: Keys | None = None
    single_use: SingleUse | None = None


@asynccontextmanager
async def open_readonly(address: str, timeout_ms: int) -> AsyncIterator[Register]:
    """The register of a subgraph, which only reads it. The database may be down at the start."""
    async with TokenRegister.open(address, timeout_ms) as store:
        yield Register(Revocations(store, timeout_ms / 1000), Keys(store, _NOTHING_SEALED, _no_first_key))


@asynccontextmanager
async def open_writable(address: str, timeout_ms: int) -> AsyncIterator[Register]:
    """The register of a server that trusts other issuers only."""
    async with OAuthStore.open(address, timeout_ms) as store, housekeeping(store):
        yield Register(Revocations(store), single_use=store)


@asynccontextmanager
async def housekeeping(store: OAuthStore) -> AsyncIterator[None]:
    """Delete expired rows from time to time. A failure is ignored, because the next run repeats it."""

    async def forget() -> None:
        while True:
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
            await asyncio.gather(store.forget_expired(), return_exceptions=True)

    task = asyncio.create_task(forget(), name="oauth housekeeping")
    try:
        yield
    finally:
        task.cancel()


# A subgraph reads only public keys, so its seal opens nothing.
_NOTHING_SEALED = Seal(bytes(32))


async def _no_first_key() -> None:
    """Nothing to do: the process of core creates the first key."""

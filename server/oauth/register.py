"""What a process knows of tokens beyond what they say: who signs them, and what was revoked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from auth.oauth.sealing import Seal
from auth.oauth.store import Once
from auth.revocations import Revocations
from datasources.oauth.register import TokenRegister
from server.oauth.keys import Keys


@dataclass(frozen=True, slots=True)
class Register:
    """Without `once` no proof of possession can be checked, since none may be used twice."""

    keys: Keys
    revocations: Revocations
    once: Once | None = None


@asynccontextmanager
async def opened(address: str, timeout_ms: int) -> AsyncIterator[Register]:
    """A subgraph's: it reads the register, and writes nothing there. The database may be down at the start."""
    async with TokenRegister.open(address, timeout_ms) as store:
        yield Register(Keys(store, _NOTHING_SEALED, _left_to_core), Revocations(store, timeout_ms / 1000))


# The keys come without the part that signs.
_NOTHING_SEALED = Seal(bytes(32))


async def _left_to_core() -> None:
    """The first key is made by whoever signs."""

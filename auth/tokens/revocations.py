"""Revocations, as each worker knows them: the list is at most a second old when a token is checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

# The list is read again in the background after the first time; after the second, requests wait for the reading.
RENEW_SECONDS = 0.4
STALE_SECONDS = 0.9
# Tokens live a day at most, so older revocations are not needed.
RETENTION = timedelta(hours=26)
# A client or subject is revoked at a time of the database's clock, which the clock of the issuer may precede.
SKEW = timedelta(seconds=10)
# A row becomes visible after the time that it records, by the length of its transaction of one statement.
OVERLAP = timedelta(seconds=10)

_CUT = {"client": "client_id", "subject": "sub"}
_NAMED = {"token": "jti", "approval": "approval"}


class RevocationStore(Protocol):
    """The store of revocations."""

    async def revocations(self, since: datetime) -> list[tuple[str, str, datetime]]: ...


class RevocationsUnknown(Exception):
    """Raised when the store of revocations is unreachable; the request is rejected."""


class Revocations:
    """The list of one worker. Call `current` before `covers`."""

    def __init__(
        self, store: RevocationStore, timeout_seconds: float = 2.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._known: dict[tuple[str, str], datetime] = {}
        self._newest = datetime.min.replace(tzinfo=UTC)
        # Start of the last successful reading.
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def current(self) -> None:
        """Return when the list is at most STALE_SECONDS old. Raises RevocationsUnknown when it cannot be read."""
        asked_at = self._clock()
        if asked_at - self._read_at <= RENEW_SECONDS:
            return
        reading = self._read_once()
        if asked_at - self._read_at <= STALE_SECONDS:
            return
        # A reading that is under way may have begun too early; then a second one is needed.
        for _ in range(2):
            await asyncio.wait([reading])
            if (fault := _fault(reading)) is not None:
                raise RevocationsUnknown from fault
            if asked_at - self._read_at <= STALE_SECONDS:
                return
            reading = self._read_once()
        raise RevocationsUnknown

    def covers(self, claims: Mapping[str, Any]) -> bool:
        """Whether a token with these claims, or a token that it was exchanged for, was revoked.

        A revocation names a token, an approval, a client or a subject.
        """
        if not self._known:
            return False
        return any(self._names(each) for each in (claims, *_sources(claims)))

    def _names(self, claims: Mapping[str, Any]) -> bool:
        is_named = any((kind, str(claims.get(claim))) in self._known for kind, claim in _NAMED.items())
        return is_named or any(self._is_cut(kind, claims.get(claim), claims.get("iat")) for kind, claim in _CUT.items())

    def _is_cut(self, kind: str, value: object, issued_at: object) -> bool:
        """A client or subject is revoked up to a time; tokens issued later count."""
        moment = self._known.get((kind, str(value)))
        return moment is not None and (
            not isinstance(issued_at, int | float) or issued_at <= (moment + SKEW).timestamp()
        )

    def _read_once(self) -> asyncio.Task[None]:
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(), name="revocations")
            self._reading.add_done_callback(_observe)
        return self._reading

    async def _read(self) -> None:
        began = self._clock()
        since = self._newest - OVERLAP if self._known else self._newest
        async with asyncio.timeout(self._timeout_seconds):
            rows = await self._store.revocations(since)
        for kind, value, moment in rows:
            self._known[kind, value] = max(moment, self._known.get((kind, value), moment))
            self._newest = max(self._newest, moment)
        oldest = self._newest - RETENTION if self._known else self._newest
        self._known = {key: moment for key, moment in self._known.items() if moment > oldest}
        self._read_at = began


def _sources(claims: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The tokens that a token was exchanged for. Tokens of other issuers may use the claim for anything."""
    sources = claims.get("derived_from")
    return [each for each in sources if isinstance(each, dict)] if isinstance(sources, list) else []


def _fault(reading: asyncio.Task[None]) -> BaseException | None:
    return reading.exception() if reading.done() and not reading.cancelled() else None


def _observe(reading: asyncio.Task[None]) -> None:
    """Marks the exception as seen. The next request reads again."""
    if not reading.cancelled():
        reading.exception()

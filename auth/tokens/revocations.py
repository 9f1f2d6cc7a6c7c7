"""Revocations: what counts no more although its signature holds. Known to every worker within a second, or it waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

# Asked for again after this, in the background; and after the second, whoever asks waits for it.
RENEW_SECONDS = 0.4
STALE_SECONDS = 0.9
# No token lives longer than a day; what was revoked before that need not be known.
REMEMBERED = timedelta(hours=26)
# A client or subject is cut off at a moment of the database's clock; ours may be ahead of it.
SKEW = timedelta(seconds=10)
# A row may become visible a little after the time that it bears. Its transaction is one statement.
OVERLAP = timedelta(seconds=10)

_CUT = {"client": "client_id", "subject": "sub"}
_NAMED = {"token": "jti", "approval": "approval"}


class Revoked(Protocol):
    """Where revocations are written down."""

    async def revocations(self, since: datetime) -> list[tuple[str, str, datetime]]: ...


class RevocationsUnknown(Exception):
    """It cannot be told whether a token was revoked. Nobody is let in on a maybe."""


class Revocations:
    """The list as one worker knows it. A token may be looked up only when `current` has returned."""

    def __init__(self, source: Revoked, seconds: float = 2.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._seconds = seconds
        self._clock = clock
        self._known: dict[tuple[str, str], datetime] = {}
        self._newest = datetime.min.replace(tzinfo=UTC)
        # When the last reading that succeeded began.
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None

    async def current(self) -> None:
        """Returns when the list is younger than a second. Raises RevocationsUnknown when it cannot be had."""
        asked_at = self._clock()
        if asked_at - self._read_at <= RENEW_SECONDS:
            return
        reading = self._read_once()
        if asked_at - self._read_at <= STALE_SECONDS:
            return
        # One that is under way already may have begun too long ago: then once more.
        for _ in range(2):
            await asyncio.wait([reading])
            if (fault := _fault(reading)) is not None:
                raise RevocationsUnknown from fault
            if asked_at - self._read_at <= STALE_SECONDS:
                return
            reading = self._read_once()
        raise RevocationsUnknown

    def covers(self, claims: Mapping[str, Any]) -> bool:
        """Whether a token with these claims was revoked: by itself, with its family, its client or its subject."""
        if not self._known:
            return False
        named = any((kind, str(claims.get(claim))) in self._known for kind, claim in _NAMED.items())
        return named or any(self._is_cut(kind, claims.get(claim), claims.get("iat")) for kind, claim in _CUT.items())

    def _is_cut(self, kind: str, value: object, issued_at: object) -> bool:
        """A client or subject is revoked up to a moment; what they are given later counts."""
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
        async with asyncio.timeout(self._seconds):
            found = await self._source.revocations(since)
        for kind, value, moment in found:
            self._known[kind, value] = max(moment, self._known.get((kind, value), moment))
            self._newest = max(self._newest, moment)
        oldest = self._newest - REMEMBERED if self._known else self._newest
        self._known = {key: moment for key, moment in self._known.items() if moment > oldest}
        self._read_at = began


def _fault(reading: asyncio.Task[None]) -> BaseException | None:
    return reading.exception() if reading.done() and not reading.cancelled() else None


def _observe(reading: asyncio.Task[None]) -> None:
    """A reading in the background that failed is tried again by the next request."""
    if not reading.cancelled():
        reading.exception()

"""Opaque tokens: their issuer is asked what they stand for (RFC 7662), and believed for a short while."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from auth.tokens import claims
from auth.tokens.claims import MALFORMED, ExpectedClaims, InvalidTokenError, VerifiedToken
from auth.tokens.remote_keys import FetchError, KeysUnavailable
from auth.tokens.signatures import MAX_TOKEN
from auth.tokens.verifier import REMEMBERED, Translate

# How long an answer is believed: what the issuer revokes counts here after this.
SECONDS = 10.0
INACTIVE = "The access token is not active."

Ask = Callable[[str], Awaitable[bytes]]


class Introspection:
    """One issuer that gives out opaque tokens. No other is ever shown them."""

    def __init__(
        self,
        expected: ExpectedClaims,
        ask: Ask,
        *,
        translate: Translate = lambda content: content,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._expected = expected
        self._ask = ask
        self._translate = translate
        self._clock = clock
        self._known: OrderedDict[bytes, tuple[float, VerifiedToken | None]] = OrderedDict()

    async def accept(self, token: str) -> VerifiedToken:
        """Raises InvalidTokenError, or KeysUnavailable when the issuer does not answer: nobody is let in on a maybe."""
        if not 0 < len(token) <= MAX_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
            raise InvalidTokenError(MALFORMED)
        digest = hashlib.sha256(token.encode()).digest()
        until, accepted = self._known.get(digest, (0.0, None))
        if until <= self._clock():
            accepted = await self._look_into(token)
            self._remember(digest, accepted)
        if accepted is None or accepted.viewer.expires_at.timestamp() + claims.LEEWAY_SECONDS <= self._clock():
            raise InvalidTokenError(INACTIVE)
        return accepted

    async def _look_into(self, token: str) -> VerifiedToken | None:
        try:
            content = claims.parse(await self._ask(token))
        except (FetchError, InvalidTokenError) as error:
            raise KeysUnavailable("introspection") from error
        if content.get("active") is not True:
            return None
        return claims.read(self._translate(self._completed(token, content)), self._expected, self._clock())

    def _completed(self, token: str, content: dict[str, Any]) -> dict[str, Any]:
        """RFC 7662 lets an issuer leave out what a JWT must say; where it does say it, it has to be right."""
        name = hashlib.sha256(token.encode()).hexdigest()
        started = int(self._clock())
        return {"iss": self._expected.issuer, "jti": name, "iat": started, **content}

    def _remember(self, digest: bytes, accepted: VerifiedToken | None) -> None:
        self._known[digest] = (self._clock() + SECONDS, accepted)
        self._known.move_to_end(digest)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

"""Opaque tokens: verified by asking their issuer (RFC 7662). Answers are cached for a few seconds."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from auth.tokens import claims
from auth.tokens.claims import MALFORMED, ExpectedClaims, InvalidTokenError, VerifiedToken
from auth.tokens.remote_keys import FetchError, KeysUnavailable
from auth.tokens.signatures import MAX_TOKEN_LENGTH
from auth.tokens.verifier import MAX_CACHED_TOKENS, Translate

# Lifetime of a cached answer. A token that the issuer revokes is refused after this time.
CACHE_SECONDS = 10.0
INACTIVE = "The access token is not active."

Ask = Callable[[str], Awaitable[bytes]]


class Introspection:
    """The one issuer of opaque tokens. The tokens are sent to no other server."""

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
        """Raises InvalidTokenError, or KeysUnavailable when the issuer does not answer."""
        if not 0 < len(token) <= MAX_TOKEN_LENGTH or not token.isascii() or not token.isprintable() or " " in token:
            raise InvalidTokenError(MALFORMED)
        digest = hashlib.sha256(token.encode()).digest()
        until, accepted = self._known.get(digest, (0.0, None))
        if until <= self._clock():
            accepted = await self._introspect(token)
            self._remember(digest, accepted)
        if accepted is None or accepted.viewer.expires_at.timestamp() + self._expected.leeway <= self._clock():
            raise InvalidTokenError(INACTIVE)
        return accepted

    async def _introspect(self, token: str) -> VerifiedToken | None:
        try:
            content = claims.parse(await self._ask(token))
        except (FetchError, InvalidTokenError) as error:
            raise KeysUnavailable("introspection") from error
        if content.get("active") is not True:
            return None
        return claims.read(self._translate(self._with_defaults(token, content)), self._expected, self._clock())

    def _with_defaults(self, token: str, content: dict[str, Any]) -> dict[str, Any]:
        """Adds the claims that RFC 7662 makes optional. Claims that the answer has are checked as those of a JWT."""
        token_id = hashlib.sha256(token.encode()).hexdigest()
        started = int(self._clock())
        return {"iss": self._expected.issuer, "jti": token_id, "iat": started, **content}

    def _remember(self, digest: bytes, accepted: VerifiedToken | None) -> None:
        self._known[digest] = (self._clock() + CACHE_SECONDS, accepted)
        self._known.move_to_end(digest)
        if len(self._known) > MAX_CACHED_TOKENS:
            self._known.popitem(last=False)

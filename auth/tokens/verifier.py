"""Verifies access tokens: JWTs as of RFC 9068, signed with a public-key algorithm by the trusted issuer."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from typing import Any

from auth.tokens import claims, signatures
from auth.tokens.claims import MALFORMED, ExpectedClaims, InvalidTokenError, VerifiedToken
from auth.tokens.keys import ALGORITHMS, TrustedKeys
from auth.tokens.signatures import MAX_TOKEN
from auth.viewer import Viewer

REMEMBERED = 2048
TYPES = ("at+jwt", "application/at+jwt")
BOUND = "The access token is bound to a key: send it by the scheme DPoP, with a proof of that."

Translate = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Verifier:
    """Tells the viewer that an issuer's token stands for. Valid tokens are remembered until they expire."""

    def __init__(
        self,
        expected: ExpectedClaims,
        keys: TrustedKeys,
        *,
        algorithms: Collection[str] = tuple(ALGORITHMS),
        translate: Translate = lambda content: content,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.expected = expected
        # Replaced as a whole when the issuer has new ones.
        self.keys = keys
        self._algorithms = frozenset(algorithms)
        self._translate = translate
        self._clock = clock
        # Each with the time, in seconds, until which it counts.
        self._known: OrderedDict[bytes, tuple[float, VerifiedToken]] = OrderedDict()

    def verify(self, token: str) -> Viewer:
        """Raises InvalidTokenError for anything but a valid token that whoever has it may use."""
        accepted = self.accept(token)
        if accepted.key is not None:
            raise InvalidTokenError(BOUND)
        return accepted.viewer

    def accept(self, token: str, known_as: bytes | None = None) -> VerifiedToken:
        """The same, for who looks after keys and revocations: the token may be bound, or revoked. `known_as` is its
        digest, where that was made already.
        """
        if len(token) > MAX_TOKEN or not token.isascii():
            raise InvalidTokenError(MALFORMED)
        digest = digest_of(token) if known_as is None else known_as
        return self._remembered(digest) or self._remember(digest, self._read(token))

    def knows(self, digest: bytes) -> bool:
        """Whether a token was accepted not long ago."""
        return digest in self._known

    def forget(self) -> None:
        """For when a key is withdrawn: what it signed counts no more."""
        self._known.clear()

    def _remembered(self, digest: bytes) -> VerifiedToken | None:
        found = self._known.get(digest)
        if found is None:
            return None
        until, accepted = found
        if until <= self._clock():
            del self._known[digest]
            raise InvalidTokenError("The access token expired.")
        self._known.move_to_end(digest)
        return accepted

    def _remember(self, digest: bytes, accepted: VerifiedToken) -> VerifiedToken:
        self._known[digest] = accepted.viewer.expires_at.timestamp() + claims.LEEWAY_SECONDS, accepted
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return accepted

    def _read(self, token: str) -> VerifiedToken:
        header = signatures.read_header(token, TYPES)
        if header["alg"] not in self._algorithms:
            raise InvalidTokenError("The access token is signed in a way that is not accepted here.")
        payload = signatures.verified_payload(token, header, self.keys)
        return claims.read(self._translate(claims.parse(payload)), self.expected, self._clock())


def digest_of(token: str) -> bytes:
    """Tokens are remembered by hash, so that no memory dump holds those of others."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()

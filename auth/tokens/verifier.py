"""Verifies access tokens (RFC 9068): JWTs that the trusted issuer signed with a public-key algorithm."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from typing import Any

from auth.tokens import claims, signatures
from auth.tokens.claims import MALFORMED, ExpectedClaims, InvalidTokenError, VerifiedToken
from auth.tokens.keys import ALGORITHMS, TrustedKeys
from auth.tokens.signatures import MAX_TOKEN_LENGTH
from auth.viewer import Viewer

MAX_CACHED_TOKENS = 2048
# The accepted values of `typ` in lower case, by the word for them in the issuers file.
TYPES = {"at+jwt": ("at+jwt", "application/at+jwt"), "JWT": ("jwt", "application/jwt"), "none": ("none",)}
# Claims of ID tokens and logout tokens, which have the type JWT too.
_NO_ACCESS_TOKEN = frozenset({"at_hash", "c_hash", "events"})
BOUND = "The access token is bound to a key: send it by the scheme DPoP, with a proof of that."

Translate = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class Verifier:
    """Verifies the tokens of one issuer. Valid tokens are cached until they expire."""

    def __init__(
        self,
        expected: ExpectedClaims,
        keys: TrustedKeys,
        *,
        algorithms: Collection[str] = tuple(ALGORITHMS),
        types: Collection[str] = ("at+jwt",),
        translate: Translate = lambda content: content,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.expected = expected
        # Replaced as a whole when the issuer publishes new keys.
        self.keys = keys
        self._algorithms = frozenset(algorithms)
        self._types = frozenset(word for each in types for word in TYPES[each])
        self._translate = translate
        self._clock = clock
        # By digest, with the expiry in seconds of the Unix epoch.
        self._known: OrderedDict[bytes, tuple[float, VerifiedToken]] = OrderedDict()

    def verify(self, token: str) -> Viewer:
        """The viewer of a valid bearer token. Raises InvalidTokenError, also for a token that is bound to a key."""
        accepted = self.accept(token)
        if accepted.key is not None:
            raise InvalidTokenError(BOUND)
        return accepted.viewer

    def accept(self, token: str, known_as: bytes | None = None) -> VerifiedToken:
        """The valid token; the caller checks its binding to a key and revocations. Raises InvalidTokenError.

        `known_as` is the digest of the token, if the caller has computed it.
        """
        if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
            raise InvalidTokenError(MALFORMED)
        digest = digest_of(token) if known_as is None else known_as
        return self._cached(digest) or self._cache(digest, self._read(token))

    def knows(self, digest: bytes) -> bool:
        """Whether a token with this digest is cached."""
        return digest in self._known

    def forget(self) -> None:
        """Empty the cache, because a key was withdrawn."""
        self._known.clear()

    def _cached(self, digest: bytes) -> VerifiedToken | None:
        entry = self._known.get(digest)
        if entry is None:
            return None
        until, accepted = entry
        if until <= self._clock():
            del self._known[digest]
            raise InvalidTokenError("The access token expired.")
        self._known.move_to_end(digest)
        return accepted

    def _cache(self, digest: bytes, accepted: VerifiedToken) -> VerifiedToken:
        self._known[digest] = accepted.viewer.expires_at.timestamp() + self.expected.leeway, accepted
        if len(self._known) > MAX_CACHED_TOKENS:
            self._known.popitem(last=False)
        return accepted

    def _read(self, token: str) -> VerifiedToken:
        header = signatures.read_header(token, self._types)
        if header["alg"] not in self._algorithms:
            raise InvalidTokenError("The access token is signed in a way that is not accepted here.")
        content = claims.parse(signatures.verified_payload(token, header, self.keys))
        if not _NO_ACCESS_TOKEN.isdisjoint(content):
            raise InvalidTokenError("The token is not an access token.")
        return claims.read(self._translate(content), self.expected, self._clock())


def digest_of(token: str) -> bytes:
    """The key of the cache: a hash, so that the memory of the process holds no tokens."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()

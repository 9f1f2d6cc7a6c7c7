"""Verifies access tokens: JWTs as of RFC 9068, signed with a public-key algorithm by the trusted issuer."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.util import urlsafe_b64decode

from auth import claims
from auth.claims import MALFORMED, Expected, InvalidTokenError
from auth.keys import ALGORITHMS, TrustedKeys
from auth.viewer import Viewer

MAX_TOKEN = 8192
REMEMBERED = 2048
TYPES = ("at+jwt", "application/at+jwt")


class _Registry(jws.JWSRegistry):
    """joserfc's, with our algorithms alone, and room for the certificate thumbprints of common issuers."""

    max_header_length = 2048
    max_payload_length = MAX_TOKEN

    def get_alg(self, name: str) -> Any:
        # joserfc warns of the name EdDSA (RFC 9864 has a newer one); issuers go on using it.
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


# A header parameter that is not understood is ignored, as RFC 7515 asks. A critical one is refused below.
_REGISTRY = _Registry(strict_check_header=False)


class Verifier:
    """Tells the viewer that a token stands for. Valid tokens are remembered until they expire."""

    def __init__(self, expected: Expected, keys: TrustedKeys, *, clock: Callable[[], float] = time.time) -> None:
        self._expected = expected
        self._keys = keys
        self._clock = clock
        self._known: OrderedDict[bytes, Viewer] = OrderedDict()

    def verify(self, token: str) -> Viewer:
        """Raises InvalidTokenError for anything but a valid token."""
        if len(token) > MAX_TOKEN or not token.isascii():
            raise InvalidTokenError(MALFORMED)
        # Kept by hash, so that no memory dump holds the tokens of others.
        digest = hashlib.sha256(token.encode()).digest()
        return self._remembered(digest) or self._remember(digest, self._read(token))

    def _remembered(self, digest: bytes) -> Viewer | None:
        viewer = self._known.get(digest)
        if viewer is None:
            return None
        if viewer.expires_at.timestamp() + claims.LEEWAY <= self._clock():
            del self._known[digest]
            raise InvalidTokenError("The access token expired.")
        self._known.move_to_end(digest)
        return viewer

    def _remember(self, digest: bytes, viewer: Viewer) -> Viewer:
        self._known[digest] = viewer
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return viewer

    def _read(self, token: str) -> Viewer:
        payload = self._signed_payload(token)
        return claims.read(claims.parse(payload), self._expected, self._clock())

    def _signed_payload(self, token: str) -> bytes:
        header = _header(token)
        key = self._keys.find(header.get("kid"), str(header["alg"]))
        if key is None:
            raise InvalidTokenError("The access token is signed with a key that is not known here.")
        try:
            return jws.deserialize_compact(token, key, registry=_REGISTRY).payload or b""
        except (JoseError, ValueError, TypeError):
            raise InvalidTokenError("The access token's signature does not hold.") from None


def _header(token: str) -> dict[str, Any]:
    """The token's header, if we may go on with it: it is not signed for yet."""
    segment = token.partition(".")[0].encode()
    try:
        if len(segment) > _Registry.max_header_length:
            raise InvalidTokenError(MALFORMED)
        header = claims.parse(urlsafe_b64decode(segment))
    except ValueError:
        raise InvalidTokenError(MALFORMED) from None
    if str(header.get("typ")).lower() not in TYPES:
        raise InvalidTokenError("The token is not an access token.")
    # Whatever is critical there, we do not understand it; b64 would change what is signed.
    if str(header.get("alg")) not in ALGORITHMS or not {"crit", "b64"}.isdisjoint(header):
        raise InvalidTokenError("The access token is signed in a way that is not accepted here.")
    return header

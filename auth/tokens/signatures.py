"""Signed texts (JWS): reads the header before it is trusted, and the payload only after the signature holds."""

from collections.abc import Collection
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import Key
from joserfc.util import urlsafe_b64decode

from auth.tokens import claims
from auth.tokens.claims import MALFORMED, InvalidTokenError
from auth.tokens.keys import ALGORITHMS, TrustedKeys

MAX_TOKEN = 8192
UNKNOWN_KEY = "The access token is signed with a key that is not known here."


class UnknownKeyError(InvalidTokenError):
    """No key of this id is known. The issuer may have a new one."""


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
REGISTRY = _Registry(strict_check_header=False)


def read_header(token: str, types: Collection[str]) -> dict[str, Any]:
    """The token's header, if we may go on with it: it is not signed for yet."""
    if len(token) > MAX_TOKEN or not token.isascii():
        raise InvalidTokenError(MALFORMED)
    header = _segment(token, 0, _Registry.max_header_length)
    if str(header.get("typ")).lower() not in types:
        raise InvalidTokenError("The token is not an access token.")
    # Whatever is critical there, we do not understand it; b64 would change what is signed.
    if str(header.get("alg")) not in ALGORITHMS or not {"crit", "b64"}.isdisjoint(header):
        raise InvalidTokenError("The access token is signed in a way that is not accepted here.")
    return header


def unverified_claims(token: str) -> dict[str, Any]:
    """What it claims, with nothing proved: only to find out whose keys to prove it with."""
    if len(token) > MAX_TOKEN or not token.isascii():
        raise InvalidTokenError(MALFORMED)
    return _segment(token, 1, MAX_TOKEN)


def verified_payload(token: str, header: dict[str, Any], keys: TrustedKeys) -> bytes:
    key = keys.find(header.get("kid"), str(header["alg"]))
    if key is None:
        raise UnknownKeyError(UNKNOWN_KEY)
    return payload_verified_by(token, key)


def payload_verified_by(token: str, key: Key) -> bytes:
    try:
        return jws.deserialize_compact(token, key, registry=REGISTRY).payload or b""
    except (JoseError, ValueError, TypeError):
        raise InvalidTokenError("The access token's signature does not hold.") from None


def _segment(token: str, number: int, longest: int) -> dict[str, Any]:
    segments = token.split(".")
    if len(segments) != 3 or len(segments[number]) > longest:
        raise InvalidTokenError(MALFORMED)
    try:
        return claims.parse(urlsafe_b64decode(segments[number].encode()))
    except ValueError:
        raise InvalidTokenError(MALFORMED) from None

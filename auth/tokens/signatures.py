"""Signed texts (JWS, RFC 7515): header checks, and payloads whose signature was verified."""

from collections.abc import Collection
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import Key
from joserfc.util import urlsafe_b64decode

from auth.tokens import claims
from auth.tokens.claims import MALFORMED, InvalidTokenError
from auth.tokens.keys import ALGORITHMS, TrustedKeys

# Characters.
MAX_TOKEN_LENGTH = 8192
UNKNOWN_KEY = "The access token is signed with a key that is not known here."


class UnknownKeyError(InvalidTokenError):
    """The token names an unknown key. The issuer may have published a new one."""


class _Registry(jws.JWSRegistry):
    """joserfc's registry, limited to our algorithms, with room for the certificate thumbprints of common issuers."""

    max_header_length = 2048
    max_payload_length = MAX_TOKEN_LENGTH

    def get_alg(self, name: str) -> Any:
        # joserfc warns of the name EdDSA, which RFC 9864 replaced and issuers still use.
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError
        return self.algorithms[name]


# Unknown header parameters are ignored (RFC 7515 section 4). `read_header` refuses critical ones.
REGISTRY = _Registry(strict_check_header=False)


def read_header(token: str, types: Collection[str]) -> dict[str, Any]:
    """The header of a token, checked but not yet verified. Raises InvalidTokenError."""
    if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        raise InvalidTokenError(MALFORMED)
    header = _segment(token, 0, _Registry.max_header_length)
    if str(header.get("typ")).lower() not in types:
        raise InvalidTokenError("The token is not an access token.")
    # No critical parameter is supported, and b64 would change what is signed.
    if str(header.get("alg")) not in ALGORITHMS or not {"crit", "b64"}.isdisjoint(header):
        raise InvalidTokenError("The access token is signed in a way that is not accepted here.")
    return header


def unverified_claims(token: str) -> dict[str, Any]:
    """The claims before verification, used only to choose the keys that verify them."""
    if len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        raise InvalidTokenError(MALFORMED)
    return _segment(token, 1, MAX_TOKEN_LENGTH)


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


def _segment(token: str, number: int, max_length: int) -> dict[str, Any]:
    segments = token.split(".")
    if len(segments) != 3 or len(segments[number]) > max_length:
        raise InvalidTokenError(MALFORMED)
    try:
        return claims.parse(urlsafe_b64decode(segments[number].encode()))
    except ValueError:
        raise InvalidTokenError(MALFORMED) from None

"""Proofs of possession (DPoP, RFC 9449): the sender holds the key that a token is bound to, for this very request."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from auth.tokens import claims, signatures
from auth.tokens.claims import LEEWAY, InvalidTokenError
from auth.tokens.key_sets import imported
from auth.tokens.keys import ALGORITHMS

MAX_AGE = 60
TYPE = "dpop+jwt"
_PORTS = {"http": 80, "https": 443}


class InvalidProofError(Exception):
    """The proof does not hold. The message may be told to whoever sent it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the proof must be for: the request as it was addressed to us, and the token that came with it."""

    method: str
    url: str
    access_token: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """Whose key it is, and what to remember, until when, so that it is used once."""

    thumbprint: str
    once: bytes
    until: datetime


def read(proof: str, asked: Asked, now: datetime) -> Proof:
    """Raises InvalidProofError for one that is not for this request, not of now, or not signed with its own key."""
    try:
        content, thumbprint = _signed(proof)
        issued_at = _moment(content)
        jti = content["jti"]
    except (InvalidTokenError, ValueError, TypeError, KeyError, OverflowError):
        raise InvalidProofError("The DPoP proof is malformed, or its signature does not hold.") from None
    if not isinstance(jti, str) or not 0 < len(jti) <= claims.MAX_TEXT:
        raise InvalidProofError("The DPoP proof needs a jti.")
    if not -MAX_AGE <= issued_at - now.timestamp() <= LEEWAY:
        raise InvalidProofError("The DPoP proof is not of now.")
    _check_request(content, asked)
    once = hashlib.sha256(f"dpop {thumbprint} {jti}".encode("utf-8", "surrogatepass")).digest()
    return Proof(thumbprint, once, datetime.fromtimestamp(issued_at, UTC) + timedelta(seconds=MAX_AGE + LEEWAY))


def _signed(proof: str) -> tuple[dict[str, Any], str]:
    header = signatures.read_header(proof, (TYPE,))
    # With a private part in it, it is nobody's key any more: `imported` leaves that out.
    keys = imported([header["jwk"]])
    if not keys or keys[0].key_type != ALGORITHMS[str(header["alg"])]:
        raise InvalidTokenError(claims.MALFORMED)
    return claims.parse(signatures.payload_signed_with(proof, keys[0])), keys[0].thumbprint()


def _moment(content: Mapping[str, Any]) -> float:
    value = content["iat"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise InvalidTokenError(claims.MALFORMED)
    return float(value)


def _check_request(content: Mapping[str, Any], asked: Asked) -> None:
    url = content.get("htu")
    if content.get("htm") != asked.method or not isinstance(url, str) or _plain(url) != _plain(asked.url):
        raise InvalidProofError("The DPoP proof is for another request.")
    if asked.access_token is not None and content.get("ath") != hash_of(asked.access_token):
        raise InvalidProofError("The DPoP proof is for another access token.")


def hash_of(token: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def _plain(url: str) -> tuple[str, str, int | None, str]:
    """The address without query and fragment, its default port said: RFC 9449 section 4.3."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", "", None, ""
    return parts.scheme, parts.hostname or "", port, parts.path or "/"

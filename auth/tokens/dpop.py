"""Proofs of possession (DPoP, RFC 9449): the sender holds the key that a token is bound to, for this very request."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from auth.tokens import claims, signatures
from auth.tokens.claims import LEEWAY_SECONDS, InvalidTokenError
from auth.tokens.key_sets import usable_keys
from auth.tokens.keys import ALGORITHMS

MAX_PROOF_AGE_SECONDS = 60
TYPE = "dpop+jwt"
_DEFAULT_PORTS = {"http": 80, "https": 443}


class InvalidProofError(Exception):
    """The proof does not hold. The message is safe to send to the client."""


class SingleUse(Protocol):
    """Remembers what may be used only once."""

    async def use_once(self, digest: bytes, until: datetime) -> bool:
        """True for the first use on any worker. The digest may be forgotten after `until`."""


@dataclass(frozen=True, slots=True)
class ProofTarget:
    """What the proof must be for: the request as it was addressed to us, and the token that came with it."""

    method: str
    url: str
    access_token: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """The thumbprint of the key, and the digest to remember until the proof has expired."""

    thumbprint: str
    digest: bytes
    until: datetime


def read(proof: str, target: ProofTarget, now: datetime) -> Proof:
    """Raises InvalidProofError for a proof of another request or time, or not signed with the key that it names."""
    try:
        content, thumbprint = _verified(proof)
        issued_at = claims.time_claim(content, "iat")
        _check_validity(content, now.timestamp())
        jti = content["jti"]
    except (InvalidTokenError, ValueError, TypeError, KeyError, OverflowError):
        raise InvalidProofError("The DPoP proof is malformed, or its signature does not hold.") from None
    if not isinstance(jti, str) or not 0 < len(jti) <= claims.MAX_TEXT_LENGTH:
        raise InvalidProofError("The DPoP proof needs a jti.")
    if not -MAX_PROOF_AGE_SECONDS <= issued_at - now.timestamp() <= LEEWAY_SECONDS:
        raise InvalidProofError("The DPoP proof is not of now.")
    _check_target(content, target)
    digest = hashlib.sha256(f"dpop {thumbprint} {jti}".encode("utf-8", "surrogatepass")).digest()
    until = datetime.fromtimestamp(issued_at, UTC) + timedelta(seconds=MAX_PROOF_AGE_SECONDS + LEEWAY_SECONDS)
    return Proof(thumbprint, digest, until)


def _verified(proof: str) -> tuple[dict[str, Any], str]:
    header = signatures.read_header(proof, (TYPE,))
    # `usable_keys` leaves out a key with its private part: the key is public then, and proves nothing.
    keys = usable_keys([header["jwk"]])
    if not keys or keys[0].key_type != ALGORITHMS[str(header["alg"])]:
        raise InvalidTokenError(claims.MALFORMED)
    return claims.parse(signatures.payload_verified_by(proof, keys[0])), keys[0].thumbprint()


def _check_validity(content: Mapping[str, Any], now: float) -> None:
    """A proof need not have `exp` and `nbf`, but they count if it does."""
    claims.check_started(content, now)
    if "exp" in content and claims.time_claim(content, "exp") + LEEWAY_SECONDS <= now:
        raise InvalidTokenError(claims.MALFORMED)


def _check_target(content: Mapping[str, Any], target: ProofTarget) -> None:
    url = content.get("htu")
    if content.get("htm") != target.method or not isinstance(url, str) or _plain(url) != _plain(target.url):
        raise InvalidProofError("The DPoP proof is for another request.")
    if target.access_token is not None and content.get("ath") != hash_of(target.access_token):
        raise InvalidProofError("The DPoP proof is for another access token.")


def hash_of(token: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def _plain(url: str) -> tuple[str, str, int | None, str]:
    """The address without query and fragment, with its default port: RFC 9449 section 4.3."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return "", "", None, ""
    return parts.scheme, parts.hostname or "", port, parts.path or "/"

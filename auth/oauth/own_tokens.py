"""Verifies access tokens of our own that are exchanged, introspected or revoked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auth.tokens import claims, signatures
from auth.tokens.claims import InvalidTokenError
from auth.tokens.keys import TrustedKeys

if TYPE_CHECKING:
    from auth.oauth.authority import Authority

TYPES = ("at+jwt", "application/at+jwt")


def read_active(authority: Authority, token: str) -> dict[str, Any] | None:
    """The claims of a token of ours that is neither expired nor revoked, else None."""
    content = verify(authority, token)
    if content is None or authority.is_revoked(content):
        return None
    return content


def verify(authority: Authority, token: str) -> dict[str, Any] | None:
    """The claims of a token of ours that has not expired, revoked or not, else None."""
    now = authority.clock()
    try:
        header = signatures.read_header(token, TYPES)
        keys = TrustedKeys(authority.keys().public_keys(now))
        content = claims.parse(signatures.verified_payload(token, header, keys))
    except InvalidTokenError:
        return None
    is_ours = content.get("iss") == authority.site.issuer and content.get("aud") == authority.site.audience
    return content if is_ours and datetime.fromtimestamp(content["exp"], UTC) > now else None

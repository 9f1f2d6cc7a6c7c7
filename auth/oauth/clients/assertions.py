"""Client assertions: a client signs with its own key that it is who it is, for us, once (RFC 7523, FAPI 2.0)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidRequestError

from auth.oauth import secrets
from auth.oauth.clients.client import Client
from auth.tokens import claims
from auth.tokens.claims import LEEWAY, InvalidTokenError
from auth.tokens.key_sets import imported
from auth.tokens.keys import TrustedKeys
from auth.tokens.signatures import claimed, read_header, signed_payload

if TYPE_CHECKING:
    from auth.oauth.authority import Authority

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_SECONDS = 300
_KINDS = ("none", "jwt", "client-authentication+jwt")


def claimed_client(form: Mapping[str, str]) -> str:
    """Whom the assertion claims to be from; nothing is proved by that."""
    if form.get("client_assertion_type") != TYPE or "client_assertion" not in form:
        raise InvalidRequestError("The client assertion is missing, or of another type than jwt-bearer.")
    try:
        subject = claimed(form["client_assertion"]).get("sub")
    except InvalidTokenError:
        raise InvalidRequestError("The client assertion is malformed.") from None
    if not isinstance(subject, str) or form.get("client_id", subject) != subject:
        raise InvalidRequestError("The client assertion is from another client.")
    return subject


def hold(authority: Authority, client: Client, assertion: str) -> bool:
    """Whether the assertion is the client's own, for us, of now, and used for the first time."""
    try:
        content = _verified(client, assertion)
        until = _until(authority, client, content)
    except (InvalidTokenError, LookupError, ValueError, TypeError):
        return False
    return authority.wait(authority.store.use_once(secrets.digest(f"{client.id} {content['jti']}"), until))


def _verified(client: Client, assertion: str) -> dict[str, Any]:
    header = read_header(assertion, _KINDS)
    keys = TrustedKeys(imported((client.record.jwks or {}).get("keys")))
    return claims.parse(signed_payload(assertion, header, keys))


def _until(authority: Authority, client: Client, content: Mapping[str, Any]) -> datetime:
    now, site = authority.clock(), authority.site
    expires_at, audience, jti = content["exp"], content["aud"], content["jti"]
    # The issuer is what RFC 7523 is going to ask for; the endpoint is what clients of today send.
    ours = audience in (site.issuer, site.token_endpoint) or audience in ([site.issuer], [site.token_endpoint])
    is_theirs = content["iss"] == content["sub"] == client.id
    if isinstance(expires_at, bool) or not isinstance(expires_at, int | float) or not 0 < expires_at < 1e12:
        raise InvalidTokenError(claims.MALFORMED)
    is_now = 0 < expires_at + LEEWAY - now.timestamp() <= MAX_SECONDS + 2 * LEEWAY
    if not (ours and is_theirs and is_now and isinstance(jti, str) and 0 < len(jti) <= claims.MAX_TEXT):
        raise InvalidTokenError(claims.MALFORMED)
    return datetime.fromtimestamp(expires_at, UTC) + timedelta(seconds=LEEWAY)

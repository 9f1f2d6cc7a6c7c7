"""Client assertions: a client proves who it is with a token signed by its own key (RFC 7523, FAPI 2.0)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from auth.oauth import secrets
from auth.oauth.clients.client import Client
from auth.oauth.errors import InvalidRequestError
from auth.oauth.site import Site
from auth.tokens import claims
from auth.tokens.claims import LEEWAY_SECONDS, InvalidTokenError
from auth.tokens.key_sets import usable_keys
from auth.tokens.keys import TrustedKeys
from auth.tokens.signatures import read_header, unverified_claims, verified_payload

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_ASSERTION_SECONDS = 300
_JWT_TYPES = ("none", "jwt", "client-authentication+jwt")


def unverified_client(form: Mapping[str, str]) -> str:
    """The client that the assertion names. Nothing is proved by that."""
    if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
        raise InvalidRequestError("The client assertion is missing, or of another type than jwt-bearer.")
    try:
        subject = unverified_claims(form["client_assertion"]).get("sub")
    except InvalidTokenError:
        raise InvalidRequestError("The client assertion is malformed.") from None
    if not isinstance(subject, str) or form.get("client_id", subject) != subject:
        raise InvalidRequestError("The client assertion is from another client.")
    return subject


@dataclass(frozen=True, slots=True)
class AssertionVerifier:
    """Verifies the assertions that are made for one site.

    `use_once` returns True for the first use of a digest; the digest may be forgotten after the given time.
    """

    site: Site
    use_once: Callable[[bytes, datetime], bool]
    clock: Callable[[], datetime]

    def verify(self, client: Client, assertion: str) -> bool:
        """Whether the client signed the assertion for this site, it is valid now, and it was not used before."""
        try:
            content = _verified_claims(client, assertion)
            until = self._valid_until(client, content)
        except (InvalidTokenError, LookupError, ValueError, TypeError):
            return False
        return self.use_once(secrets.digest(f"{client.id} {content['jti']}"), until)

    def _valid_until(self, client: Client, content: Mapping[str, Any]) -> datetime:
        """The time after which the assertion is expired. Raises InvalidTokenError if it does not hold now."""
        expires_at, jti = claims.time_claim(content, "exp"), content["jti"]
        claims.check_started(content, self.clock().timestamp())
        is_clients = content["iss"] == content["sub"] == client.id
        seconds_left = expires_at + LEEWAY_SECONDS - self.clock().timestamp()
        is_now = 0 < seconds_left <= MAX_ASSERTION_SECONDS + 2 * LEEWAY_SECONDS
        has_id = isinstance(jti, str) and 0 < len(jti) <= claims.MAX_TEXT_LENGTH
        if not (self._is_audience(content["aud"]) and is_clients and is_now and has_id):
            raise InvalidTokenError(claims.MALFORMED)
        return datetime.fromtimestamp(expires_at, UTC) + timedelta(seconds=LEEWAY_SECONDS)

    def _is_audience(self, audience: object) -> bool:
        # The next version of RFC 7523 requires the issuer; clients of today send the token endpoint.
        names = (self.site.issuer, self.site.token_endpoint)
        return audience in names or audience in [[name] for name in names]


def _verified_claims(client: Client, assertion: str) -> dict[str, Any]:
    header = read_header(assertion, _JWT_TYPES)
    keys = TrustedKeys(usable_keys((client.record.jwks or {}).get("keys")))
    return claims.parse(verified_payload(assertion, header, keys))

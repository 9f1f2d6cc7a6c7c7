"""The authorization request in the URL. Every page and form carries it, and it is checked each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from authlib.oauth2.rfc6749 import OAuth2Error
from starlette.requests import Request as HttpRequest

from auth.oauth.authority import Reply
from auth.oauth.clients.client import Client
from auth.oauth.errors import DescribedError
from auth.oauth.grants.authorization_code import CodeGrant
from auth.oauth.passwords import ACR
from auth.oauth.records import Session
from auth.oauth.requests import Request
from server.oauth import forms
from server.oauth.service import OAuthService

AUTHORIZE = "/oauth/authorize"


class LoginRequired(DescribedError):
    """The client asked for no page (`prompt=none`), but a page for signing in is needed."""

    error = "login_required"
    description = "Somebody has to sign in."


class ConsentRequired(DescribedError):
    error = "consent_required"
    description = "Somebody has to be asked."


class UnmetRequirements(DescribedError):
    """The client asks for an `acr` that no sign-in here has (RFC 9470 section 5)."""

    error = "unmet_authentication_requirements"
    description = "Nobody can sign in here as strongly as that."


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A valid authorization request: the client, its parameters, and where the answer goes."""

    request: Request
    grant: CodeGrant
    query: bytes

    @property
    def client(self) -> Client:
        assert self.request.client is not None
        return self.request.client

    @property
    def goes_to(self) -> str:
        return str(self.grant.redirect_uri)

    @property
    def prompt(self) -> list[str]:
        return self.request.payload.data.get("prompt", "").split()

    @property
    def is_strong_enough(self) -> bool:
        """Whether a sign-in by password, the only one here, is among the requested `acr_values`."""
        ways = self.request.payload.data.get("acr_values", "").split()
        return not ways or ACR in ways

    def is_recent(self, session: Session) -> bool:
        """Whether the sign-in is no older than the parameter max_age (OpenID Connect, RFC 9470)."""
        max_age = self.request.payload.data.get("max_age")
        if max_age is None:
            return True
        return datetime.now(UTC) - session.authenticated_at <= timedelta(seconds=int(max_age))

    def without_prompt(self) -> str:
        """The query string for after the sign-in, without the parameters that asked for it."""
        done = ("max_age", "prompt")
        pairs = forms.parameters(self.query)
        return urlencode([(name, value) for name, value in pairs if name not in done or value == "consent"])


async def read_authorization_request(http: HttpRequest, service: OAuthService) -> AuthorizationRequest | Reply:
    """The request in the URL, or the error reply if it is not valid."""
    query: bytes = http.scope["query_string"]
    request = Request("GET", f"{service.site.issuer}{AUTHORIZE}", forms.parameters(query), {})
    try:
        grant = await service.run(service.authority.get_consent_grant, request)
    except OAuth2Error as error:
        reply: Reply = await service.run(service.authority.handle_error_response, request, error)
        return reply
    return AuthorizationRequest(request, grant, query)

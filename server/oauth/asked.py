"""An authorization request as it stands in the URL: checked anew whenever it comes, whatever page it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from authlib.oauth2.rfc6749 import OAuth2Error
from starlette.requests import Request as HttpRequest

from auth.oauth.authority import Reply
from auth.oauth.clients.client import Client
from auth.oauth.grants.authorization_code import CodeGrant
from auth.oauth.passwords import ACR
from auth.oauth.records import Session
from auth.oauth.requests import Request
from server.oauth import forms
from server.oauth.service import OAuthService

AUTHORIZE = "/oauth/authorize"


class LoginRequired(OAuth2Error):
    """The client asked for an answer without a page, and nobody is signed in."""

    error = "login_required"
    description = "Somebody has to sign in."


class ConsentRequired(OAuth2Error):
    error = "consent_required"
    description = "Somebody has to be asked."


class UnmetRequirements(OAuth2Error):
    """RFC 9470 section 5: the client asks for a way to sign in that there is none of here."""

    error = "unmet_authentication_requirements"
    description = "Nobody can sign in here as strongly as that."


@dataclass(frozen=True, slots=True)
class Asked:
    """A sound authorization request: the client, what it wants, and where the answer goes."""

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
        """All sign in alike here. Who asks for another way only must not be given a token that looks like it."""
        ways = self.request.payload.data.get("acr_values", "").split()
        return not ways or ACR in ways

    def is_recent(self, session: Session) -> bool:
        """OpenID Connect's max_age, which RFC 9470 steps up with."""
        most = self.request.payload.data.get("max_age", "")
        if not most.isascii() or not most.isdigit():
            return True
        return datetime.now(UTC) - session.authenticated_at <= timedelta(seconds=int(most[:9]))

    def without_prompt(self) -> str:
        """The same request, for somebody who has just signed in."""
        done = ("max_age", "prompt")
        pairs = forms.parameters(self.query)
        return urlencode([(name, value) for name, value in pairs if name not in done or value == "consent"])


async def asked_in(http: HttpRequest, service: OAuthService) -> Asked | Reply:
    """The request that is in the URL, checked anew each time."""
    query: bytes = http.scope["query_string"]
    request = Request("GET", f"{service.site.issuer}{AUTHORIZE}", forms.parameters(query), {})
    try:
        grant = await service.run(service.authority.get_consent_grant, request)
    except OAuth2Error as error:
        reply: Reply = await service.run(service.authority.handle_error_response, request, error)
        return reply
    return Asked(request, grant, query)

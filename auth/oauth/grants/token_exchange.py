"""Token exchange (RFC 8693): an application acts on behalf of a token's subject, with the rights of both."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from auth.oauth import own_tokens
from auth.oauth.clients.client import PUBLIC, TOKEN_EXCHANGE, Client
from auth.oauth.errors import (
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    InvalidTargetError,
    UnauthorizedClientError,
)
from auth.oauth.requests import Request
from auth.oauth.rights import TokenRights

if TYPE_CHECKING:
    from auth.oauth.authority import Authority

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a type's name
MAX_ACTORS = 4
_REACH_CLAIMS = ("contract", "customer", "territory")


class ExchangeGrant(BaseGrant, TokenEndpointMixin):
    """A grant that Authlib lacks. The actor is the authenticated client."""

    GRANT_TYPE = TOKEN_EXCHANGE
    server: Authority
    request: Request

    def validate_token_request(self) -> None:
        client = self.server.authenticate_client(self.request, ())
        if not client.check_grant_type(self.GRANT_TYPE) or self.request.auth_method == PUBLIC:
            raise UnauthorizedClientError("The client may not act on behalf of others.")
        form = self.request.form
        if form.get("subject_token_type") != ACCESS_TOKEN or "subject_token" not in form:
            raise InvalidRequestError("The subject_token must be an access token, and subject_token_type say so.")
        if form.get("requested_token_type", ACCESS_TOKEN) != ACCESS_TOKEN or "actor_token" in form:
            raise InvalidRequestError("Only access tokens are given, and the client itself is who acts.")
        self.server.check_resource(self.request)
        if not set(self.request.all("audience")) <= {self.server.site.audience}:
            raise InvalidTargetError

    def create_token_response(self) -> Any:
        client = self.request.client
        assert client is not None
        subject = own_tokens.read_active(self.server, self.request.form["subject_token"])
        if subject is None or "cnf" in subject:
            raise InvalidGrantError("The subject_token is none of ours, or counts no more.")
        token = self.server.access_token(
            self.request,
            self._rights(client, subject),
            subject["sub"],
            until=datetime.fromtimestamp(subject["exp"], UTC),
            act=_actor_chain(client, subject),
            derived_from=_sources(subject),
            approval=subject.get("approval"),
            auth_time=subject.get("auth_time"),
            acr=subject.get("acr"),
        )
        return 200, {**token, "issued_token_type": ACCESS_TOKEN}, self.TOKEN_RESPONSE_HEADER

    def _rights(self, client: Client, subject: dict[str, Any]) -> TokenRights:
        """The rights that both the subject's token and the client's contract allow."""
        record = client.record
        if client.is_partner and subject["client_id"] != client.id:
            raise InvalidGrantError("A partner's application cannot use what was given to another.")
        scope = client.get_allowed_scope(self.request.payload.scope)
        if scope is None:
            raise InvalidScopeError
        held = subject.get("categories")
        theirs = TokenRights(
            subject["role"],
            frozenset(subject["purposes"]),
            frozenset(subject["scope"].split()),
            None if held is None else frozenset(held),
            tuple((name, subject[name]) for name in _REACH_CLAIMS if name in subject),
        )
        return theirs.within(record.purposes, scope.split(), record.categories)


def _actor_chain(client: Client, subject: dict[str, Any]) -> dict[str, Any]:
    """The chain of actors, the latest first: RFC 8693 section 4.1."""
    before = subject.get("act")
    depth, each = 1, before
    while isinstance(each, dict):
        depth, each = depth + 1, each.get("act")
    if depth > MAX_ACTORS:
        raise InvalidGrantError("Too many act on behalf of each other.")
    return {"sub": client.id, **({"act": before} if before else {})}


def _sources(subject: dict[str, Any]) -> list[dict[str, Any]]:
    """The tokens that the new token derives from, so that it ends when one of them or its client is revoked."""
    source = {name: subject[name] for name in ("jti", "client_id", "iat")}
    return [*subject.get("derived_from", []), source]

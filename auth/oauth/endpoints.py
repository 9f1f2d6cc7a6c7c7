"""Revocation (RFC 7009) and introspection (RFC 7662) of a client's own tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from auth.oauth import own_tokens, secrets
from auth.oauth.clients.client import Client
from auth.oauth.errors import InvalidRequestError
from auth.oauth.requests import Request
from auth.tokens.claims import LEEWAY_SECONDS

if TYPE_CHECKING:
    from auth.oauth.authority import Authority

INTROSPECTED_CLAIMS = (
    "iss",
    "aud",
    "sub",
    "client_id",
    "jti",
    "iat",
    "exp",
    "scope",
    "role",
    "purposes",
    "cnf",
    "act",
    "auth_time",
    "acr",
)


class Revocation(RevocationEndpoint):
    """Revoking a refresh token ends its family, revoking an access token only that token."""

    server: Authority

    def check_params(self, request: Any, client: Any) -> None:
        _check_token_present(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> str:
        # The hint is not needed: the prefix of a token says what it is.
        return token_string

    def authenticate_token(self, request: Any, client: Any) -> Any:
        self.check_params(request, client)
        return request.form["token"]

    def revoke_token(self, token: str, request: Any) -> None:
        authority, client = self.server, request.client
        if token.startswith(secrets.Prefix.REFRESH_TOKEN):
            authority.wait(authority.store.revoke_family(secrets.digest(token), client.id))
            return
        content = own_tokens.verify(authority, token)
        # The answer is the same for another client's token, so that it does not disclose that the token is valid.
        if content is not None and content["client_id"] == client.id:
            until = datetime.fromtimestamp(content["exp"], UTC) + timedelta(seconds=LEEWAY_SECONDS)
            authority.wait(authority.store.revoke("token", content["jti"], until))


class Introspection(IntrospectionEndpoint):
    """Only the client that a token was issued to may introspect it; for others it is inactive."""

    server: Authority

    def check_params(self, request: Any, client: Any) -> None:
        _check_token_present(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> dict[str, Any] | None:
        return own_tokens.read_active(self.server, token_string)

    def check_permission(self, token: dict[str, Any], client: Client, request: Request) -> bool:
        return bool(token["client_id"] == client.id)

    def create_introspection_payload(self, token: dict[str, Any] | None) -> dict[str, Any]:
        if not token:
            return {"active": False}
        kind = "DPoP" if "cnf" in token else "Bearer"
        return {
            "active": True,
            "token_type": kind,
            **{name: token[name] for name in INTROSPECTED_CLAIMS if name in token},
        }


def _check_token_present(request: Request) -> None:
    if "token" not in request.form:
        raise InvalidRequestError("The token is missing.")

"""Revocation (RFC 7009) and introspection (RFC 7662): a client ends what it was given, or asks whether it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from auth.oauth import own_tokens, secrets
from auth.oauth.clients.client import Client
from auth.oauth.requests import Request
from auth.tokens.claims import LEEWAY_SECONDS

if TYPE_CHECKING:
    from auth.oauth.authority import Authority

TOLD = (
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
    """Authlib's. A refresh token that is given up takes its family along, an access token only itself."""

    server: Authority

    def check_params(self, request: Any, client: Any) -> None:
        _check(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> str:
        # The hint may be wrong, and our tokens tell by themselves what they are.
        return token_string

    def authenticate_token(self, request: Any, client: Any) -> Any:
        self.check_params(request, client)
        return request.form["token"]

    def revoke_token(self, token: str, request: Any) -> None:
        authority, client = self.server, request.client
        if token.startswith(secrets.Prefix.REFRESH_TOKEN):
            authority.wait(authority.store.revoke_family(secrets.digest(token), client.id))
            return
        content = own_tokens.signed(authority, token)
        # Of another client's token it says nothing, not even that it is one.
        if content is not None and content["client_id"] == client.id:
            until = datetime.fromtimestamp(content["exp"], UTC) + timedelta(seconds=LEEWAY_SECONDS)
            authority.wait(authority.store.revoke("token", content["jti"], until))


class Introspection(IntrospectionEndpoint):
    """Authlib's. Only the client that a token was given to may look into it; to others it is unknown."""

    server: Authority

    def check_params(self, request: Any, client: Any) -> None:
        _check(request)

    def query_token(self, token_string: str, token_type_hint: str | None) -> dict[str, Any] | None:
        return own_tokens.read(self.server, token_string)

    def check_permission(self, token: dict[str, Any], client: Client, request: Request) -> bool:
        return bool(token["client_id"] == client.id)

    def create_introspection_payload(self, token: dict[str, Any] | None) -> dict[str, Any]:
        if not token:
            return {"active": False}
        kind = "DPoP" if "cnf" in token else "Bearer"
        return {"active": True, "token_type": kind, **{name: token[name] for name in TOLD if name in token}}


def _check(request: Request) -> None:
    if "token" not in request.form:
        raise InvalidRequestError("The token is missing.")

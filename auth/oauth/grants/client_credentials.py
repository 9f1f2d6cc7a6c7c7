"""The client credentials grant: an application acts for itself, with the rights of its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant

from auth.oauth import rights
from auth.oauth.clients.client import PUBLIC, SECRET_METHODS, SIGNED
from auth.oauth.errors import InvalidScopeError, UnauthorizedClientError
from auth.oauth.requests import Request

if TYPE_CHECKING:
    from auth.oauth.authority import Authority


class ClientGrant(ClientCredentialsGrant):
    """The subject of the token is the client; its id is never the id of an account."""

    TOKEN_ENDPOINT_AUTH_METHODS = (*SECRET_METHODS, SIGNED)
    server: Authority
    request: Request

    def validate_token_request(self) -> None:
        super().validate_token_request()
        if self.request.auth_method == PUBLIC:
            raise UnauthorizedClientError("A client that proves nothing cannot act by itself.")
        self.server.check_resource(self.request)

    def generate_token(self, *ignored: Any, **also: Any) -> dict[str, str | int]:
        client = self.request.client
        assert client is not None
        scope = client.get_allowed_scope(self.request.payload.scope)
        if scope is None:
            raise InvalidScopeError
        own = rights.rights_of_client(client.record, scope.split())
        if own is None:
            raise UnauthorizedClientError("The client only acts for people.")
        return self.server.access_token(self.request, own, client.id)

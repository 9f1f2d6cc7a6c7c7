"""The refresh token grant: each token is redeemed once, for an access token and the next refresh token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749.grants import RefreshTokenGrant

from auth.oauth import secrets
from auth.oauth.clients.client import Client
from auth.oauth.errors import InvalidGrantError
from auth.oauth.grants import families
from auth.oauth.records import Redeemed
from auth.oauth.requests import Request

if TYPE_CHECKING:
    from auth.oauth.authority import Authority


class RefreshGrant(RefreshTokenGrant):
    """A refresh token that is used twice was copied, so its family is revoked."""

    server: Authority
    request: Request

    def validate_token_request(self) -> None:
        self.server.check_resource(self.request)
        super().validate_token_request()

    def authenticate_refresh_token(self, refresh_token: str) -> Any:
        client = self.request.client
        assert client is not None
        store, digest = self.server.store, secrets.digest(refresh_token)
        redeemed = self.server.wait(store.redeem_refresh_token(digest, client.id))
        if redeemed is None:
            self.server.wait(store.revoke_family(digest, client.id))
            return None
        self._check_redeemed(redeemed)
        return _Redeemed(redeemed)

    def _check_redeemed(self, redeemed: Redeemed) -> None:
        if redeemed.expires_at <= self.server.clock() or redeemed.approval.revoked_at is not None:
            raise InvalidGrantError("The refresh token expired.")
        if redeemed.thumbprint is not None and redeemed.thumbprint != self.request.thumbprint:
            raise InvalidGrantError("The refresh token is bound to a key that this request does not prove.")

    def authenticate_user(self, refresh_token: Any) -> Any:
        return families.approving_account(self.server, refresh_token.redeemed.approval)

    def issue_token(self, user: Any, refresh_token: Any) -> dict[str, str | int]:
        approval = refresh_token.redeemed.approval
        return families.issue_tokens(self.server, self.request, user, approval, self.request.payload.scope)

    def revoke_old_credential(self, refresh_token: Any) -> None:
        """Nothing to do: `authenticate_refresh_token` took it out of the store."""


class _Redeemed:
    """A redeemed refresh token with the methods that Authlib calls."""

    def __init__(self, redeemed: Redeemed) -> None:
        self.redeemed = redeemed

    def check_client(self, client: Client) -> bool:
        return self.redeemed.approval.client_id == client.id

    def get_scope(self) -> str:
        return " ".join(self.redeemed.approval.scopes)

"""The authorization code grant: a person approves, the client redeems the code once with its PKCE verifier."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from authlib.oauth2.rfc6749 import ClientMixin, OAuth2Error
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant

from auth.oauth import secrets
from auth.oauth.authority import CODE_LIFE
from auth.oauth.clients.client import Client
from auth.oauth.errors import AccessDeniedError, InvalidGrantError, InvalidRequestError
from auth.oauth.grants import families
from auth.oauth.records import Approval, Code, Redeemed, Session
from auth.oauth.requests import Request

if TYPE_CHECKING:
    from auth.oauth.authority import Authority

_SECONDS = re.compile(r"[0-9]{1,9}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class CodeGrant(AuthorizationCodeGrant):
    """PKCE by S256 is required of every client, at the authorization and at the token endpoint."""

    server: Authority
    request: Request

    @staticmethod
    def validate_authorization_redirect_uri(request: Any, client: ClientMixin) -> str:
        uri = request.payload.redirect_uri
        # Not quoted in the message, and never redirected to.
        if not uri or not client.check_redirect_uri(uri):
            raise InvalidRequestError("The redirect_uri is not one that the client is registered with.")
        return str(uri)

    def validate_authorization_request(self) -> str:
        uri = super().validate_authorization_request()
        try:
            self._check_request()
        except OAuth2Error as error:
            error.redirect_uri = uri
            raise
        return uri

    def _check_request(self) -> None:
        payload = self.request.payload
        if payload.repeated:
            raise InvalidRequestError("A parameter is sent more than once.")
        if payload.data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("PKCE is needed: send code_challenge_method=S256.")
        if not _CHALLENGE.fullmatch(payload.data.get("code_challenge", "")):
            raise InvalidRequestError("PKCE is needed: the code_challenge must be the S256 of a verifier.")
        if not _SECONDS.fullmatch(payload.data.get("max_age", "0")):
            raise InvalidRequestError("max_age must be a number of seconds.")
        self.server.check_resource(self.request)

    def save_authorization_code(self, code: str, request: Any) -> None:
        session: Session = request.user
        client: Client = request.client
        approval = Approval(
            id=uuid4(),
            client_id=client.id,
            account_id=session.account.id,
            scopes=tuple(request.scope.split()),
            purposes=tuple(sorted(set(session.account.purposes) & set(client.record.purposes))),
            authenticated_at=session.authenticated_at,
            session=session.digest,
        )
        stored_code = Code(
            digest=secrets.digest(code),
            redirect_uri=request.payload.redirect_uri,
            challenge=request.payload.data["code_challenge"],
            expires_at=self.server.clock() + CODE_LIFE,
        )
        if not self.server.wait(self.server.store.approve(approval, stored_code)):
            raise AccessDeniedError("The session has ended.", redirect_uri=stored_code.redirect_uri)

    def generate_authorization_code(self) -> str:
        return secrets.new_secret(secrets.Prefix.CODE)

    def query_authorization_code(self, code: str, client: Any) -> Any:
        """Takes the code out of the store. A code that is gone was used before, so its family is revoked."""
        store, digest = self.server.store, secrets.digest(code)
        redeemed = self.server.wait(store.redeem_code(digest, client.id))
        if redeemed is None:
            self.server.wait(store.revoke_family(digest, client.id))
            return None
        self._check_redeemed(redeemed)
        return _Redeemed(redeemed)

    def _check_redeemed(self, redeemed: Redeemed) -> None:
        verifier = self.request.form.get("code_verifier", "")
        if redeemed.expires_at <= self.server.clock() or redeemed.approval.revoked_at is not None:
            raise InvalidGrantError("The code expired.")
        if not _VERIFIER.fullmatch(verifier) or _s256(verifier) != redeemed.challenge:
            raise InvalidGrantError("The code_verifier does not belong to the code.")

    def delete_authorization_code(self, authorization_code: Any) -> None:
        """Nothing to do: `query_authorization_code` took it out of the store."""

    def authenticate_user(self, authorization_code: Any) -> Any:
        return families.approving_account(self.server, authorization_code.redeemed.approval)

    def validate_token_request(self) -> None:
        self.server.check_resource(self.request)
        super().validate_token_request()

    def generate_token(self, user: Any = None, *ignored: Any, **also: Any) -> dict[str, str | int]:
        code: Any = self.request.authorization_code
        return families.issue_tokens(self.server, self.request, user, code.redeemed.approval)


class _Redeemed:
    """A redeemed code with the methods that Authlib calls."""

    def __init__(self, redeemed: Redeemed) -> None:
        self.redeemed = redeemed

    def get_redirect_uri(self) -> str:
        return self.redeemed.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.redeemed.approval.scopes)


def _s256(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode()

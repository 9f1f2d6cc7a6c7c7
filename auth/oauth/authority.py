"""The authorization server: Authlib's, with our store, clients and claims."""

import logging
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe
from typing import Any, TypeVar
from uuid import UUID

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.errors import OAuth2Error

from auth.oauth import secrets
from auth.oauth.clients.assertions import AssertionVerifier
from auth.oauth.clients.authentication import ClientAuthentication
from auth.oauth.clients.client import Client
from auth.oauth.errors import InvalidScopeError, InvalidTargetError, with_own_description
from auth.oauth.keys.signing import SigningKeys
from auth.oauth.requests import Request
from auth.oauth.rights import TokenRights
from auth.oauth.site import Site
from auth.oauth.store import Store
from auth.policy.ceiling import SCOPES

Value = TypeVar("Value")
Keys = Callable[[], SigningKeys]
Wait = Callable[[Coroutine[Any, Any, Any]], Any]
IsRevoked = Callable[[Mapping[str, Any]], bool]

ACCESS_TOKEN_LIFE = timedelta(minutes=10)
REFRESH_TOKEN_LIFE = timedelta(days=30)
CODE_LIFE = timedelta(minutes=1)

# At level DEBUG Authlib logs whole tokens.
logging.getLogger("authlib").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the server: a JSON body, or a redirect by the header Location."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str]


class Authority(AuthorizationServer):
    """Runs in a thread, because Authlib's core is not async. `wait` runs a coroutine on the event loop."""

    def __init__(
        self,
        site: Site,
        store: Store,
        keys: Keys,
        wait: Wait,
        is_revoked: IsRevoked,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(scopes_supported=SCOPES)
        self.site = site
        self.store = store
        self.keys = keys
        self.clock = clock
        self.is_revoked = is_revoked
        self._wait = wait
        self._authentication = ClientAuthentication(self.query_client, AssertionVerifier(site, self.use_once, clock))

    def wait(self, work: Coroutine[Any, Any, Value]) -> Value:
        value: Value = self._wait(work)
        return value

    def use_once(self, digest: bytes, until: datetime) -> bool:
        """True for the first use of a digest on any worker. It is forgotten after `until`."""
        return self.wait(self.store.use_once(digest, until))

    def query_client(self, client_id: str) -> Client | None:  # type: ignore[override]  # Authlib takes None for unknown
        record = self.wait(self.store.client(client_id)) if _is_client_id(client_id) else None
        return None if record is None or record.disabled_at is not None else Client(record, self.clock())

    def authenticate_client(self, request: OAuth2Request, methods: Collection[str], endpoint: str = "token") -> Client:
        assert isinstance(request, Request)
        return self._authentication.authenticate(request, endpoint)

    def validate_requested_scope(self, scope: str | None) -> None:
        if scope and not set(scope.split(" ")) <= set(SCOPES):
            raise InvalidScopeError

    def check_resource(self, request: Request) -> None:
        """Raises InvalidTargetError for a resource that is not ours (RFC 8707)."""
        if not set(request.all("resource")) <= self.site.resources:
            raise InvalidTargetError

    def access_token(
        self,
        request: Request,
        rights: TokenRights,
        subject: str,
        *,
        until: datetime | None = None,
        **claims: Any,
    ) -> dict[str, str | int]:
        """A token response with an access token (RFC 9068). `claims` are added; those that are None are left out."""
        assert request.client is not None
        now = self.clock()
        expires_at = min(now + ACCESS_TOKEN_LIFE, until or now + ACCESS_TOKEN_LIFE)
        thumbprint = request.thumbprint
        content = {
            "iss": self.site.issuer,
            "aud": self.site.audience,
            "sub": subject,
            "client_id": request.client.id,
            "jti": token_urlsafe(16),
            "iat": int(now.timestamp()),
            "exp": int(expires_at.timestamp()),
            **rights.claims(),
            **{name: value for name, value in claims.items() if value is not None},
            **({"cnf": {"jkt": thumbprint}} if thumbprint else {}),
        }
        return {
            "access_token": self.keys().sign("at+jwt", content, now),
            "token_type": "DPoP" if thumbprint else "Bearer",
            "expires_in": content["exp"] - content["iat"],
            "scope": content["scope"],
        }

    def refresh_token(self, request: Request, approval_id: UUID) -> str:
        token = secrets.new_secret(secrets.Prefix.REFRESH_TOKEN)
        assert request.client is not None
        # A public client does not authenticate, so its refresh token is bound to its key, if it has one.
        bound = request.thumbprint if request.client.record.auth_method == "none" else None
        expires_at = self.clock() + REFRESH_TOKEN_LIFE
        self.wait(self.store.keep_refresh_token(secrets.digest(token), approval_id, expires_at, bound))
        return token

    def save_token(self, token: dict[str, str | int], request: OAuth2Request) -> None:
        """Nothing to do: access tokens are self-contained, and refresh tokens are stored when they are made."""

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Unused."""

    def create_oauth2_request(self, request: Request) -> Request:
        return request

    def handle_error_response(self, request: OAuth2Request, error: OAuth2Error) -> Reply:
        return self.handle_response(*with_own_description(error)())

    def handle_response(self, status: int, body: Any, headers: Any) -> Reply:
        sent = dict(headers)
        if "Location" not in sent:
            return Reply(status, body or {}, sent)
        # RFC 9207: the answer names its issuer. With 303 the browser does not send the form on to the client.
        return Reply(303, {}, {"Location": add_params_to_uri(sent["Location"], [("iss", self.site.issuer)])})


def _is_client_id(text: str) -> bool:
    return 0 < len(text) <= 255 and text.isascii() and text.isprintable()

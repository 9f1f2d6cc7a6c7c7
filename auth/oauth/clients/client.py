"""A client in the form that Authlib reads: its redirect URIs, methods, grants and scopes."""

import ipaddress
import re
from collections.abc import Collection
from datetime import datetime
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin

from auth.oauth import secrets
from auth.oauth.records import ClientRecord

SECRET_METHODS = ("client_secret_basic", "client_secret_post")
SIGNED = "private_key_jwt"
PUBLIC = "none"
# The registered methods: a secret (in header or form), a key, or none.
AUTH_METHODS = ("client_secret", SIGNED, PUBLIC)
AUTHORIZATION_CODE, REFRESH_TOKEN = "authorization_code", "refresh_token"
CLIENT_CREDENTIALS = "client_credentials"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a grant's name
# The characters of host and port. None of them has a meaning in a header.
_NETLOC = re.compile(r"[A-Za-z0-9.:\[\]@-]*")
GRANT_TYPES = (AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS, TOKEN_EXCHANGE)


class Client(ClientMixin):
    """An application at one time, because its previous secret is valid until a time."""

    def __init__(self, record: ClientRecord, now: datetime) -> None:
        self.record = record
        self._now = now

    @property
    def id(self) -> str:
        return self.record.id

    @property
    def is_partner(self) -> bool:
        return self.record.contract is not None

    def get_client_id(self) -> str:
        return self.record.id

    def get_default_redirect_uri(self) -> str:
        # OAuth 2.1: every request names its redirect URI.
        return ""

    def get_allowed_scope(self, scope: Collection[str] | str | None) -> str:
        """The requested scopes if all of them are registered, all registered scopes if none is requested."""
        asked = scope.split() if isinstance(scope, str) else list(scope or ())
        if not asked:
            return " ".join(self.record.scopes)
        # Authlib takes None for a refusal; its stubs do not know.
        return " ".join(dict.fromkeys(asked)) if set(asked) <= set(self.record.scopes) else None  # type: ignore[return-value]

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Compared exactly. The port of a loopback address may differ (RFC 8252 section 7.3)."""
        registered = self.record.redirect_uris
        return redirect_uri in registered or any(_same_but_port(redirect_uri, each) for each in registered)

    def check_client_secret(self, client_secret: str) -> bool:
        record = self.record
        is_kept = record.previous_until is not None and record.previous_until > self._now
        return secrets.matches(client_secret, record.secret, record.previous_secret if is_kept else None)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        if method == PUBLIC and endpoint == "introspection":
            return False
        registered = self.record.auth_method
        return method in SECRET_METHODS if registered == "client_secret" else method == registered

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and AUTHORIZATION_CODE in self.record.grant_types

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.record.grant_types


def _same_but_port(given: str, registered: str) -> bool:
    """Whether both are loopback addresses, written as numbers, that differ only in the port."""
    try:
        ours, theirs = urlsplit(registered), urlsplit(given)
        port, host = theirs.port, ours.hostname or ""
        if ours.scheme != "http" or not ipaddress.ip_address(host).is_loopback or port == 0:
            return False
    except ValueError:
        return False
    shown = f"[{host}]" if ":" in host else host
    # The registered address with the other port is compared as text, so that a user, fragment or odd spelling differs.
    return given == ours._replace(netloc=shown if port is None else f"{shown}:{port}").geturl()


def redirect_uri_problem(redirect_uri: str) -> str | None:
    """What is wrong with a redirect URI that a client is to be registered with."""
    try:
        parts = urlsplit(redirect_uri)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError:
        return "is no address"
    if not redirect_uri.isascii() or not redirect_uri.isprintable() or " " in redirect_uri or '"' in redirect_uri:
        return "has characters that an address may not have"
    if not _NETLOC.fullmatch(parts.netloc):
        return "names no host that there could be"
    if parts.fragment or "#" in redirect_uri or parts.username is not None or "\\" in redirect_uri:
        return "must have no fragment and no user"
    if parts.scheme == "https":
        return None if parts.hostname else "names no host"
    if parts.scheme == "http":
        return None if _is_loopback(parts.hostname) else "must be https, or http at 127.0.0.1 or [::1]"
    # A scheme of an app is a reversed domain name (RFC 8252 section 7.1), which excludes javascript: and data:.
    return None if "." in parts.scheme else "must be https, or an app's own scheme such as com.example.app:/signed-in"


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False

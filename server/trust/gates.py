"""Builds the gate from the settings: the development issuer, the built-in server and the configured issuers."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from ipaddress import ip_address
from time import monotonic
from urllib.parse import urlsplit

from auth.oauth.clients import graphiql
from auth.oauth.records import ClientRecord
from auth.oauth.site import Site
from auth.tokens.claims import ExpectedClaims
from auth.tokens.gate import Gate, Issuer, Opaque
from auth.tokens.keys import TrustedKeys
from auth.tokens.verifier import Verifier
from server.graphiql.sign_in import SIGNED_IN, SignIn
from server.oauth.keys import Keys
from server.oauth.register import Register
from server.settings.environment import Settings

GRAPHQL = "/graphql"
# RFC 9728 section 3.1: the resource's path comes last.
RESOURCE_METADATA = f"/.well-known/oauth-protected-resource{GRAPHQL}"


def public_url(settings: Settings) -> str:
    """The URL that clients use: from the settings, never from the header Host of a request."""
    if settings.public_url is not None:
        return settings.public_url
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def site_of(settings: Settings) -> Site | None:
    """The site of the built-in server, None if it is switched off or would be reached over a network without TLS."""
    url = public_url(settings)
    if not settings.oauth or not (url.startswith("https:") or _is_this_machine(url)):
        return None
    return Site(url, settings.audience, frozenset({settings.audience, url + GRAPHQL}))


def sign_in_of(settings: Settings) -> SignIn | None:
    """The sign-in of GraphiQL at the built-in server, if there is one."""
    site = site_of(settings)
    if site is None:
        return None
    return SignIn(
        site.issuer,
        f"{site.issuer}/oauth/authorize",
        site.token_endpoint,
        graphiql.CLIENT_ID,
        public_url(settings) + SIGNED_IN,
        site.audience,
    )


def graphiql_client(settings: Settings, purposes: Collection[str]) -> ClientRecord | None:
    """The record of GraphiQL at the built-in server."""
    return graphiql.graphiql_client(public_url(settings) + SIGNED_IN, purposes) if settings.graphiql else None


def gate_of(
    verifier: Verifier,
    settings: Settings,
    register: Register | None,
    others: Iterable[Issuer] = (),
    opaque: Opaque | None = None,
) -> Gate:
    """The gate for all trusted issuers. If `register` has keys, the built-in server is one; its issuer is our URL."""
    issuers, url = [Issuer(verifier), *others], public_url(settings)
    if register is None:
        return Gate(issuers, url=url + GRAPHQL, opaque=opaque)
    if register.keys is not None:
        own = ExpectedClaims(url, settings.audience, verifier.expected.classes, scoped=True)
        issuers.append(Issuer(Verifier(own, TrustedKeys([])), OwnKeys(register.keys)))
    return Gate(
        issuers, url=url + GRAPHQL, revocations=register.revocations, single_use=register.single_use, opaque=opaque
    )


class OwnKeys:
    """The keys of the built-in server for its verifier. They change by rotation and with time."""

    COOLDOWN_SECONDS = 5.0

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._kids: frozenset[str] = frozenset()
        self._renewed_at = float("-inf")

    async def current(self, verifier: Verifier) -> None:
        await self._keys.current()
        kids = self._keys.known.kids(datetime.now(UTC))
        if kids != self._kids:
            verifier.keys = TrustedKeys(self._keys.public())
            # Tokens signed with a retired key must not stay in the cache.
            verifier.forget()
            self._kids = kids

    async def renew(self, verifier: Verifier) -> bool:
        if monotonic() - self._renewed_at < self.COOLDOWN_SECONDS:
            return False
        self._renewed_at = monotonic()
        before = self._kids
        await self._keys.renew()
        await self.current(verifier)
        return self._kids != before


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False

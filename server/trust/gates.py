"""Whose tokens are trusted: those of `customer360 token`, of the built-in server, and of issuers that are set."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from ipaddress import ip_address
from time import monotonic
from urllib.parse import urlsplit

from auth.oauth.clients import own as own_clients
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
    """Where clients reach us: as it is set, never as a request's Host header says."""
    if settings.public_url is not None:
        return settings.public_url
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def site_of(settings: Settings) -> Site | None:
    """The built-in server's place. None where it is switched off, or would be reached without TLS from elsewhere."""
    url = public_url(settings)
    if not settings.oauth or not (url.startswith("https:") or _is_this_machine(url)):
        return None
    return Site(url, settings.audience, frozenset({settings.audience, url + GRAPHQL}))


def sign_in_of(settings: Settings) -> SignIn | None:
    """Where GraphiQL signs people in: at the built-in server, where there is one."""
    site = site_of(settings)
    if site is None:
        return None
    return SignIn(
        site.issuer,
        f"{site.issuer}/oauth/authorize",
        site.token_endpoint,
        own_clients.GRAPHIQL,
        public_url(settings) + SIGNED_IN,
        site.audience,
    )


def graphiql_client(settings: Settings, purposes: Collection[str]) -> ClientRecord | None:
    """GraphiQL as the built-in server knows it."""
    return own_clients.graphiql(public_url(settings) + SIGNED_IN, purposes) if settings.graphiql else None


def gate_of(
    verifier: Verifier,
    settings: Settings,
    register: Register | None,
    others: Iterable[Issuer] = (),
    opaque: Opaque | None = None,
) -> Gate:
    """`register` names the built-in server's keys, if it is trusted; its issuer is our public URL."""
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
    """The built-in server's keys, for those who verify: they change when somebody rotates them, and as time goes by."""

    COOLDOWN_SECONDS = 5.0

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._given: frozenset[str] = frozenset()
        self._renewed_at = float("-inf")

    async def current(self, verifier: Verifier) -> None:
        await self._keys.current()
        counting = self._keys.known.kids(datetime.now(UTC))
        if counting != self._given:
            verifier.keys = TrustedKeys(self._keys.public())
            # What a key signed that is gone must not be remembered.
            verifier.forget()
            self._given = counting

    async def renew(self, verifier: Verifier) -> bool:
        if monotonic() - self._renewed_at < self.COOLDOWN_SECONDS:
            return False
        self._renewed_at = monotonic()
        before = self._given
        await self._keys.renew()
        await self.current(verifier)
        return self._given != before


def _is_this_machine(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False

"""Reads the trusted issuers from TOML. Errors name the issuer."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from auth.policy.reach import Reach
from auth.tokens.claim_mapping import MAPPED, ClaimMapping
from auth.tokens.claims import ExpectedClaims
from auth.tokens.discovery import Discovery
from auth.tokens.gate import Issuer, Opaque
from auth.tokens.introspection import Introspection
from auth.tokens.keys import ALGORITHMS, TrustedKeys
from auth.tokens.remote_keys import RemoteKeys
from auth.tokens.verifier import Verifier
from server.graphiql.sign_in import SIGNED_IN, SignIn
from server.settings.environment import SettingsError
from server.settings.values import address_fault
from server.trust import fetching

KEY = "CUSTOMER360_ISSUERS_FILE"
_KEYS = {
    "url",
    "audience",
    "jwks_uri",
    "algorithms",
    "scopes",
    "claims",
    "roles",
    "purposes",
    "introspection",
    "graphiql",
}
_INTROSPECTION_KEYS = {"uri", "client_id", "client_secret_file"}
_GRAPHIQL_KEYS = {"client_id", "authorization_endpoint", "token_endpoint", "scope"}

Classes = Mapping[str, Reach]


@dataclass(frozen=True, slots=True)
class TrustedIssuers:
    """The configured issuers; at most one of them has opaque tokens."""

    issuers: tuple[Issuer, ...] = ()
    opaque: Opaque | None = None
    # The issuer where GraphiQL signs people in, if any.
    sign_in: SignIn | None = None

    @property
    def urls(self) -> list[str]:
        return [each.verifier.expected.issuer for each in self.issuers]


def load(path: Path | None, audience: str, classes: Classes, home: str = "") -> TrustedIssuers:
    """Read the file. `home` is the public URL of this server. Raises SettingsError."""
    if path is None:
        return TrustedIssuers()
    try:
        document = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{KEY}: {path.name} cannot be read: {error}") from None
    tables = document.get("issuer")
    if set(document) != {"issuer"} or not isinstance(tables, list):
        raise SettingsError(f"{KEY}: {path.name} must hold [[issuer]] tables and nothing else")
    readers = [_IssuerTable(table, path, audience, classes) for table in tables]
    urls = [reader.url for reader in readers]
    if len(set(urls)) != len(urls):
        raise SettingsError(f"{KEY}: two issuers have one url")
    opaque = [each for each in (reader.opaque() for reader in readers) if each is not None]
    if len(opaque) > 1:
        raise SettingsError(f"{KEY}: only one issuer may have introspection: no token is shown to another's issuer")
    sign_ins = [each for each in (reader.sign_in(home) for reader in readers) if each is not None]
    if len(sign_ins) > 1:
        raise SettingsError(f"{KEY}: only one issuer may have graphiql: people sign in at one place")
    issuers = tuple(reader.issuer() for reader in readers)
    return TrustedIssuers(issuers, opaque[0] if opaque else None, sign_ins[0] if sign_ins else None)


class _IssuerTable:
    """One [[issuer]] table."""

    def __init__(self, table: Mapping[str, Any], path: Path, audience: str, classes: Classes) -> None:
        self._table = table
        self._path = path
        self.url = self._text(table, "url")
        self._only(table, _KEYS)
        self._check_address(self.url)
        scoped = table.get("scopes", False)
        if not isinstance(scoped, bool):
            raise self._error("scopes is true or false")
        self._expected = ExpectedClaims(self.url, str(table.get("audience", audience)), classes, scoped)
        self._mapping = self._read_mapping()

    def issuer(self) -> Issuer:
        algorithms = self._table.get("algorithms", list(ALGORITHMS))
        if not isinstance(algorithms, list) or not algorithms or not set(algorithms) <= set(ALGORITHMS):
            raise self._error(f"algorithms is a list of {', '.join(ALGORITHMS)}")
        translate = self._mapping.translate
        verifier = Verifier(self._expected, TrustedKeys([]), algorithms=algorithms, translate=translate)
        return Issuer(verifier, self._keys())

    def _keys(self) -> RemoteKeys:
        """The keys at `jwks_uri`, or at the address that the issuer's metadata name."""
        if "jwks_uri" not in self._table:
            return RemoteKeys(self.url, Discovery(fetching.get, address_fault).keys_of)
        uri = self._text(self._table, "jwks_uri")
        self._check_address(uri)
        return RemoteKeys(uri, fetching.get)

    def opaque(self) -> Opaque | None:
        table = self._table.get("introspection")
        if table is None:
            return None
        self._only(table, _INTROSPECTION_KEYS)
        uri, client = self._text(table, "uri"), self._text(table, "client_id")
        self._check_address(uri)
        file = self._path.parent / self._text(table, "client_secret_file")
        try:
            secret = file.read_text().strip()
        except (OSError, UnicodeDecodeError):
            raise self._error("the file that client_secret_file names cannot be read") from None
        ask = partial(_introspect, uri, client, secret)
        return Introspection(self._expected, ask, translate=self._mapping.translate)

    def sign_in(self, home: str) -> SignIn | None:
        table = self._table.get("graphiql")
        if table is None:
            return None
        self._only(table, _GRAPHIQL_KEYS)
        authorize, token = self._text(table, "authorization_endpoint"), self._text(table, "token_endpoint")
        for address in (authorize, token):
            self._check_address(address)
        client, resource = self._text(table, "client_id"), self._expected.audience
        return SignIn(self.url, authorize, token, client, home + SIGNED_IN, resource, str(table.get("scope", "")))

    def _read_mapping(self) -> ClaimMapping:
        names, roles = self._words("claims"), self._words("roles")
        purposes = self._table.get("purposes", {})
        if not set(names) <= set(MAPPED):
            raise self._error(f"[issuer.claims] names {', '.join(MAPPED)}")
        unknown = (set(roles.values()) | set(purposes)) - set(self._expected.classes)
        if unknown:
            raise self._error(f"the policy knows no role {unknown.pop()}")
        if not all(isinstance(each, list) for each in purposes.values()):
            raise self._error("[issuer.purposes] has a list of purposes for each role")
        return ClaimMapping(names, roles, purposes)

    def _words(self, key: str) -> Mapping[str, str]:
        table = self._table.get(key, {})
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            raise self._error(f"[issuer.{key}] has texts only")
        return table

    def _check_address(self, url: str) -> None:
        problem = address_fault(url)
        if problem is not None:
            raise self._error(f"{url} {problem}")

    def _text(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise self._error(f"{key} is missing")
        return value

    def _only(self, table: Mapping[str, Any], known: set[str]) -> None:
        unknown = set(table) - known
        if unknown:
            raise self._error(f"unknown key {unknown.pop()}; known are {', '.join(sorted(known))}")

    def _error(self, message: str) -> SettingsError:
        return SettingsError(f"{KEY}: {self._path.name}: issuer {self._table.get('url', '?')}: {message}")


async def _introspect(uri: str, client: str, secret: str, token: str) -> bytes:
    return await fetching.post(uri, {"token": token, "token_type_hint": "access_token"}, client, secret)

"""Reads one [[issuer]] table of the issuers file. Errors name the issuer."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from auth.policy.reach import Reach
from auth.tokens.claim_mapping import MAPPED, ClaimMapping
from auth.tokens.claims import LEEWAY_SECONDS, MAX_LEEWAY_SECONDS, ExpectedClaims
from auth.tokens.discovery import Discovery
from auth.tokens.gate import Issuer, Opaque
from auth.tokens.introspection import Introspection
from auth.tokens.keys import ALGORITHMS, TrustedKeys
from auth.tokens.remote_keys import RemoteKeys
from auth.tokens.verifier import TYPES, Verifier
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
    "types",
    "token_ids",
    "leeway",
    "scopes",
    "claims",
    "required",
    "roles",
    "purposes",
    "introspection",
    "graphiql",
}
_INTROSPECTION_KEYS = {"uri", "client_id", "client_secret_file"}
_GRAPHIQL_KEYS = {"client_id", "authorization_endpoint", "token_endpoint", "scope", "iss"}

Classes = Mapping[str, Reach]


class IssuerTable:
    """Raises SettingsError for a key or value that cannot be used."""

    def __init__(self, table: Mapping[str, Any], path: Path, audience: str, classes: Classes) -> None:
        self._table = table
        self._path = path
        self.url = self._text(table, "url")
        self._only(table, _KEYS)
        self._check_address(self.url)
        self._expected = ExpectedClaims(
            self.url,
            str(table.get("audience", audience)),
            classes,
            scoped=self._flag(table, "scopes", default=False),
            has_ids=self._flag(table, "token_ids", default=True),
            leeway=self._leeway(),
        )
        self._mapping = self._read_mapping()

    def issuer(self) -> Issuer:
        verifier = Verifier(
            self._expected,
            TrustedKeys([]),
            algorithms=self._listed("algorithms", list(ALGORITHMS)),
            types=self._listed("types", list(TYPES), default=["at+jwt"]),
            translate=self._mapping.translate,
        )
        return Issuer(verifier, self._keys())

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
        """The sign-in of GraphiQL at this issuer. `home` is the public URL of this server."""
        table = self._table.get("graphiql")
        if table is None:
            return None
        self._only(table, _GRAPHIQL_KEYS)
        authorize, token = self._text(table, "authorization_endpoint"), self._text(table, "token_endpoint")
        for address in (authorize, token):
            self._check_address(address)
        return SignIn(
            issuer=self.url,
            authorization_endpoint=authorize,
            token_endpoint=token,
            client_id=self._text(table, "client_id"),
            redirect_uri=home + SIGNED_IN,
            resource=self._expected.audience,
            scope=str(table.get("scope", "")),
            names_itself=self._flag(table, "iss", default=True),
        )

    def _keys(self) -> RemoteKeys:
        """The keys at `jwks_uri`, or at the address that the issuer's metadata name."""
        if "jwks_uri" not in self._table:
            return RemoteKeys(self.url, Discovery(fetching.get, address_fault).keys_of)
        uri = self._text(self._table, "jwks_uri")
        self._check_address(uri)
        return RemoteKeys(uri, fetching.get)

    def _read_mapping(self) -> ClaimMapping:
        names, roles = self._words("claims"), self._words("roles")
        purposes = self._table.get("purposes", {})
        if not set(names) <= set(MAPPED):
            raise self._error(f"[issuer.claims] names {', '.join(MAPPED)}")
        if not isinstance(purposes, dict):
            raise self._error("[issuer.purposes] is a table")
        unknown = (set(roles.values()) | set(purposes)) - set(self._expected.classes)
        if unknown:
            raise self._error(f"the policy knows no role {unknown.pop()}")
        if not all(isinstance(each, list) for each in purposes.values()):
            raise self._error("[issuer.purposes] has a list of purposes for each role")
        return ClaimMapping(names, roles, purposes, self._words("required"))

    def _words(self, key: str) -> Mapping[str, str]:
        table = self._table.get(key, {})
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            raise self._error(f"[issuer.{key}] has texts only")
        return table

    def _listed(self, key: str, known: list[str], default: list[str] | None = None) -> list[str]:
        value = self._table.get(key, known if default is None else default)
        if not isinstance(value, list) or not value or not all(each in known for each in value):
            raise self._error(f"{key} is a list of {', '.join(known)}")
        return value

    def _leeway(self) -> int:
        value = self._table.get("leeway", LEEWAY_SECONDS)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_LEEWAY_SECONDS:
            raise self._error(f"leeway is a number of seconds, 0 to {MAX_LEEWAY_SECONDS}")
        return value

    def _flag(self, table: Mapping[str, Any], key: str, *, default: bool) -> bool:
        value = table.get(key, default)
        if not isinstance(value, bool):
            raise self._error(f"{key} is true or false")
        return value

    def _check_address(self, url: str) -> None:
        problem = address_fault(url)
        if problem is not None:
            raise self._error(f"{url} {problem}")

    def _text(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise self._error(f"{key} is missing")
        return value

    def _only(self, table: Any, known: set[str]) -> None:
        if not isinstance(table, dict):
            raise self._error(f"a table with {', '.join(sorted(known))} is expected")
        unknown = set(table) - known
        if unknown:
            raise self._error(f"unknown key {unknown.pop()}; known are {', '.join(sorted(known))}")

    def _error(self, message: str) -> SettingsError:
        return SettingsError(f"{KEY}: {self._path.name}: issuer {self._table.get('url', '?')}: {message}")


async def _introspect(uri: str, client: str, secret: str, token: str) -> bytes:
    return await fetching.post(uri, {"token": token, "token_type_hint": "access_token"}, client, secret)

"""Reads the trusted issuers from TOML. Errors name the issuer."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from auth.tokens.gate import Issuer, Opaque
from server.graphiql.sign_in import SignIn
from server.settings.environment import SettingsError
from server.trust.issuer_table import KEY, Classes, IssuerTable


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
    tables = _read_tables(path, audience, classes)
    opaque = [each for each in (table.opaque() for table in tables) if each is not None]
    if len(opaque) > 1:
        raise SettingsError(f"{KEY}: only one issuer may have introspection: no token is shown to another's issuer")
    sign_ins = [each for each in (table.sign_in(home) for table in tables) if each is not None]
    if len(sign_ins) > 1:
        raise SettingsError(f"{KEY}: only one issuer may have graphiql: people sign in at one place")
    issuers = tuple(table.issuer() for table in tables)
    return TrustedIssuers(issuers, opaque[0] if opaque else None, sign_ins[0] if sign_ins else None)


def _read_tables(path: Path, audience: str, classes: Classes) -> list[IssuerTable]:
    try:
        document = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise SettingsError(f"{KEY}: {path.name} cannot be read: {error}") from None
    listed = document.get("issuer")
    if set(document) != {"issuer"} or not isinstance(listed, list):
        raise SettingsError(f"{KEY}: {path.name} must hold [[issuer]] tables and nothing else")
    tables = [IssuerTable(table, path, audience, classes) for table in listed]
    urls = [table.url for table in tables]
    if len(set(urls)) != len(urls):
        raise SettingsError(f"{KEY}: two issuers have one url")
    return tables

"""Finds the address of an issuer's keys in its metadata (RFC 8414 or OpenID Connect Discovery)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from auth.tokens import claims
from auth.tokens.claims import InvalidTokenError
from auth.tokens.remote_keys import Fetch, FetchError

# Timeout for metadata and keys together, because a request may be waiting.
DISCOVERY_SECONDS = 6.0
_OAUTH, _OPENID = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class Discovery:
    """Fetches an issuer's key set from the address that its metadata name.

    `keys_of` is a `Fetch` for `RemoteKeys`, which limits how often it is called and keeps the last good set.
    `url_problem` says what is wrong with an address, so that metadata cannot make us fetch from anywhere.
    """

    fetch: Fetch
    url_problem: Callable[[str], str | None]

    async def keys_of(self, issuer: str) -> bytes:
        try:
            async with asyncio.timeout(DISCOVERY_SECONDS):
                return await self.fetch(self._address_in(await self._metadata(issuer), issuer))
        except TimeoutError:
            raise FetchError("no answer in time") from None

    async def _metadata(self, issuer: str) -> Mapping[str, Any]:
        problem = FetchError("no metadata")
        for address in addresses(issuer):
            try:
                return claims.parse(await self.fetch(address))
            except FetchError as error:
                problem = error
            except InvalidTokenError:
                raise FetchError("its metadata are no JSON object") from None
        raise problem

    def _address_in(self, metadata: Mapping[str, Any], issuer: str) -> str:
        # RFC 8414 section 3.3: compared exactly, because issuers may share a host.
        if metadata.get("issuer") != issuer:
            raise FetchError("its metadata name another issuer")
        address = metadata.get("jwks_uri")
        if not isinstance(address, str) or self.url_problem(address) is not None:
            raise FetchError("its metadata name no jwks_uri that keys may be fetched from")
        return address


def addresses(issuer: str) -> Iterator[str]:
    """The addresses of the metadata: RFC 8414 puts the well-known part before the issuer's path, OpenID after it."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    yield parts._replace(path=f"{_OAUTH}{path}").geturl()
    yield parts._replace(path=f"{path}{_OPENID}").geturl()

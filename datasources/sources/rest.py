"""The HTTP client of a source: JSON within a deadline and a size, with a secret that shows up nowhere."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpcore2
import orjson

from datasources.unavailable import Failing, Late, Lost, Unavailable

# One answer larger than this is a mistake of somebody's.
MOST_BYTES = 16 << 20

# Servers close what is idle, some after five seconds; a request sent just then would be lost.
IDLE_SECONDS = 4.0

# Its lines at debug are about connections, and could tell whom they are for.
logging.getLogger("httpcore2").setLevel(logging.CRITICAL)

Parameters = Mapping[str, str | Sequence[str]]

# What is said of the connection, not of the request: whoever only reads may ask again.
_LOST = (httpcore2.NetworkError, httpcore2.RemoteProtocolError)
_UNUSABLE = (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, orjson.JSONDecodeError)
TOO_MANY_REQUESTS = 429
LEAST_FAULT_OF_A_SERVER = 500


@dataclass(frozen=True, slots=True)
class Client:
    """Asks one API. What goes wrong raises Unavailable, whose message holds nothing that the API said."""

    _pool: httpcore2.AsyncConnectionPool
    _base: httpcore2.URL
    _headers: Sequence[tuple[str, str]]

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, secret: str | None, connections: int) -> AsyncIterator[Client]:
        """Nothing is connected yet: the API may be down at the start."""
        # No encoding: what is sent packed could be of any size unpacked.
        headers = {"Host": urlsplit(url).netloc, "Accept": "application/json", "Accept-Encoding": "identity"}
        if secret is not None:
            headers["Authorization"] = f"Bearer {secret}"
        tls = ssl.create_default_context()
        async with httpcore2.AsyncConnectionPool(
            tls, max_connections=connections, keepalive_expiry=IDLE_SECONDS
        ) as pool:
            yield cls(pool, httpcore2.URL(url.rstrip("/")), list(headers.items()))

    async def get(self, path: str, parameters: Parameters, deadline: float) -> Any:
        """The JSON at this path, by `deadline`, a time of the running loop."""
        try:
            async with asyncio.timeout_at(deadline):
                return orjson.loads(await self._body(self._url(path, parameters)))
        except TimeoutError:
            raise Late(TimeoutError.__name__) from None
        except _LOST as error:
            raise Lost(type(error).__name__) from None
        except _UNUSABLE as error:
            raise Unavailable(type(error).__name__) from None

    def _url(self, path: str, parameters: Parameters) -> httpcore2.URL:
        base = self._base
        target = b"%b/%b?%b" % (base.target.rstrip(b"/"), path.encode(), urlencode(parameters, doseq=True).encode())
        return httpcore2.URL(scheme=base.scheme, host=base.host, port=base.port, target=target)

    async def _body(self, url: httpcore2.URL) -> bytes:
        async with self._pool.stream("GET", url, headers=self._headers) as response:
            # A redirect is no answer: it could lead anywhere, and would take the secret along.
            if response.status != 200:
                raise _refusal(response.status)
            body = bytearray()
            async for chunk in response.aiter_stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise Unavailable(f"more than {MOST_BYTES} bytes")
            return bytes(body)


def _refusal(status: int) -> Unavailable:
    """Most say something of the request; these say something of the server, or of what stands before it."""
    is_failing = status >= LEAST_FAULT_OF_A_SERVER or status == TOO_MANY_REQUESTS
    return (Failing if is_failing else Unavailable)(f"status {status}")

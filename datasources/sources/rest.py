"""The HTTP client of a source: JSON within a deadline and a size limit. The secret is in no message and no log."""

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

# A larger response is taken for a fault of the API.
MAX_RESPONSE_BYTES = 16 << 20

# Servers close idle connections, some after five seconds; a request sent at that moment would be lost.
IDLE_SECONDS = 4.0

# Its debug lines contain URLs, which name customers.
logging.getLogger("httpcore2").setLevel(logging.CRITICAL)

Parameters = Mapping[str, str | Sequence[str]]

# Errors of the connection, not of the request, which may be retried because it only reads.
_LOST = (httpcore2.NetworkError, httpcore2.RemoteProtocolError)
_UNUSABLE = (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, orjson.JSONDecodeError)
TOO_MANY_REQUESTS = 429
MIN_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Client:
    """The client of one API. Faults raise Unavailable, with a message that contains no text of the API."""

    _pool: httpcore2.AsyncConnectionPool
    _base: httpcore2.URL
    _headers: Sequence[tuple[str, str]]

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, secret: str | None, connections: int) -> AsyncIterator[Client]:
        """Nothing is connected yet, because the API may be down at the start."""
        # No compression, because a small compressed response can be of any size when decompressed.
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
            # A redirect is refused, because it could send the secret to another server.
            if response.status != 200:
                raise _refusal(response.status)
            body = bytearray()
            async for chunk in response.aiter_stream():
                body += chunk
                if len(body) > MAX_RESPONSE_BYTES:
                    raise Unavailable(f"more than {MAX_RESPONSE_BYTES} bytes")
            return bytes(body)


def _refusal(status: int) -> Unavailable:
    """5xx and 429 are about the server, or a proxy before it; other statuses are about the request."""
    is_failing = status >= MIN_SERVER_ERROR or status == TOO_MANY_REQUESTS
    return (Failing if is_failing else Unavailable)(f"status {status}")

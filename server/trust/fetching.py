"""HTTP requests to issuers, with limits of time and size, without following redirects."""

from __future__ import annotations

import asyncio
import base64
import ssl
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, urlencode, urlsplit

from auth.tokens.remote_keys import FetchError

FETCH_SECONDS = 3.0
MAX_BYTES = 256 * 1024
_CHUNK = 16 * 1024

# A pool of its own, because resolving a host name may block a thread for long.
_THREADS = ThreadPoolExecutor(4, thread_name_prefix="fetching")


async def get(url: str) -> bytes:
    """The body of a 200 that is JSON. Raises FetchError for anything else."""
    return await _fetch("GET", url, None, {"Accept": "application/json"})


async def post(url: str, form: Mapping[str, str], user: str, password: str) -> bytes:
    """The same for a form that is sent with HTTP Basic credentials."""
    proof = base64.b64encode(f"{quote(user, safe='')}:{quote(password, safe='')}".encode()).decode()
    headers = {
        "Accept": "application/json",
        "Authorization": f"Basic {proof}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return await _fetch("POST", url, urlencode(form), headers)


async def _fetch(method: str, url: str, body: str | None, headers: Mapping[str, str]) -> bytes:
    work = asyncio.get_running_loop().run_in_executor(_THREADS, _request, method, url, body, headers)
    try:
        # The thread is not waited for; it ends with the timeout of its socket.
        return await asyncio.wait_for(asyncio.shield(work), FETCH_SECONDS + 0.5)
    except TimeoutError:
        work.add_done_callback(lambda done: done.exception())
        raise FetchError("no answer in time") from None


def _request(method: str, url: str, body: str | None, headers: Mapping[str, str]) -> bytes:
    deadline = time.monotonic() + FETCH_SECONDS
    connection = _connection(url)
    try:
        parts = urlsplit(url)
        path = parts.path or "/"
        connection.request(method, f"{path}?{parts.query}" if parts.query else path, body, dict(headers))
        response = connection.getresponse()
        # A redirect is an error, because it could lead to any server.
        if response.status != 200:
            raise FetchError(f"status {response.status}")
        content = b""
        while chunk := response.read(_CHUNK):
            content += chunk
            if len(content) > MAX_BYTES:
                raise FetchError(f"more than {MAX_BYTES} bytes")
            if time.monotonic() > deadline:
                raise FetchError("no answer in time")
        if response.length:
            raise FetchError("cut short")
        return content
    except (OSError, HTTPException, ValueError) as error:
        raise FetchError(type(error).__name__) from None
    finally:
        connection.close()


def _connection(url: str) -> HTTPConnection:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        return HTTPSConnection(host, parts.port, timeout=FETCH_SECONDS, context=ssl.create_default_context())
    return HTTPConnection(host, parts.port, timeout=FETCH_SECONDS)

"""A raw ASGI application for six fixed operations. The document only names the operation."""

import hashlib
import os
import secrets
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from starlette.types import Message, Receive, Scope, Send

from auth.viewer import Viewer
from bench.contestants.limit.log import Log
from bench.contestants.limit.pool import Pool
from server.settings.environment import load
from server.trust.identity import policy_of, verifier

HERE = Path(__file__).parent
READERS: dict[str, Callable[[dict[str, Any]], tuple[Any, ...]]] = {
    "card": lambda variables: (variables["phone"],),
    "list50": lambda variables: (UUID(variables["after"]),),
    "list100": lambda variables: (UUID(variables["after"]),),
    "tiny": lambda variables: (UUID(variables["id"]),),
    "filtered": lambda variables: (variables["country"], date.fromisoformat(variables["from"])),
    "deep": lambda variables: (UUID(variables["id"]),),
}
NOTHING = b'{"data":{"customer":null}}'
HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class Limit:
    """Verifies the token, runs one statement, stores the access record, sends the text."""

    def __init__(self) -> None:
        folder = os.environ["BENCH_FOLDER"]
        settings = load({"CUSTOMER360_DATA_DIR": folder})
        self._verifier = verifier(settings, policy_of(settings))
        self._names: dict[str, str] = {}
        self._pool: Pool | None = None
        self._log: Log | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
            return
        viewer = self._viewer(scope["headers"])
        body = await _read_body(receive)
        answer = await self._answer(orjson.loads(body), viewer)
        start = {"type": "http.response.start", "status": 200}
        length = (b"content-length", str(len(answer)).encode())
        await send({**start, "headers": [*HEADERS, length]})
        await send({"type": "http.response.body", "body": answer})

    def _viewer(self, headers: list[tuple[bytes, bytes]]) -> Viewer:
        named = dict(headers)
        viewer = self._verifier.verify(named[b"authorization"].decode().removeprefix("Bearer "))
        return viewer.acting_for(named[b"customer360-purpose"].decode(), ("care",))

    async def _answer(self, request: dict[str, Any], viewer: Viewer) -> bytes:
        assert self._pool is not None
        assert self._log is not None
        name = self._names.get(request["query"]) or self._name(request["query"])
        row = await self._pool.row(name, *READERS[name](request["variables"]))
        if row is None:
            return NOTHING
        if row[1] is not None:
            digest = hashlib.sha256(name.encode()).digest()
            await self._log.store(secrets.token_hex(16), viewer.subject, row[1], digest)
        return b'{"data":%b}' % row[0]

    def _name(self, document: str) -> str:
        words = document[document.index("query ") + 6 :]
        name = words[: words.index("(")].lower()
        self._names[document] = name
        return name

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        url = os.environ["BENCH_URL"]
        statements = {name: (HERE / f"{name}.sql").read_text() for name in READERS}
        self._pool = await Pool.open(url, int(os.environ["BENCH_POOL"]), statements)
        self._log = await Log.open(url)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def _read_body(receive: Receive) -> bytes:
    message: Message = await receive()
    body: bytes = message["body"]
    while message.get("more_body"):
        message = await receive()
        body += message["body"]
    return body


app = Limit()

"""The example's ticket system as a process of its own, which counts what it is asked and fails as it is told to.

`PUT /-/fault` with one of the names below makes it fail, `GET /-/asked` tells what was asked since the last time.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from deploy.examples.tickets import SECRET, Files, application

CANARY = "canary-that-nobody-may-see"
LIKE_A_HOLE = '\x1d0.1\x1d\x1c"cursor"\x1e'
Items = list[dict[str, Any]]


def _nobodys(items: Items) -> Items:
    """Rows that are about customers who were not asked for, before and after the rest."""
    others = [{**row, "customer_id": "00000000-0000-4000-8000-000000000001"} for row in items]
    return others + items + others


# What a faulty system answers in the place of its items.
ITEMS: dict[str, Callable[[Items], Any]] = {
    "others": _nobodys,
    "twice": lambda items: items + items,
    "no list": lambda items: {CANARY: items},
    "no rows": lambda items: [CANARY for _ in items],
    "no owner": lambda items: [{name: row[name] for name in row if name != "customer_id"} for row in items],
    "no column": lambda items: [{name: row[name] for name in row if name != "number"} for row in items],
    "a number": lambda items: [row | {name: 5 for name in ("number",) if name in row} for row in items],
    "a list": lambda items: [row | {name: [CANARY] for name in ("status",) if name in row} for row in items],
    "another status": lambda items: [row | {name: CANARY for name in ("status",) if name in row} for row in items],
    "a time without zone": lambda items: [row | {"opened_at": "2026-01-01T00:00:00"} for row in items],
    "a NUL": lambda items: [row | {name: "\0cursor" for name in ("number",) if name in row} for row in items],
    "a hole": lambda items: [row | {name: LIKE_A_HOLE for name in ("number",) if name in row} for row in items],
}

# What it answers in the place of everything.
ANSWERS: dict[str, Callable[[], Response]] = {
    "status 500": lambda: Response(CANARY, 500),
    "status 429": lambda: Response(CANARY, 429),
    "status 404": lambda: Response(CANARY, 404),
    "redirect": lambda: RedirectResponse("/-/asked"),
    "no json": lambda: Response(f"<html>{CANARY}</html>"),
    "half": lambda: Response('{"items": [{"id": "' + CANARY),
    "null": lambda: Response("null"),
    "huge": lambda: Response(b'{"items": [], "next": "' + b"x" * (17 << 20) + b'"}'),
}


class Faulty:
    """The application, with its faults."""

    def __init__(self, folder: Path, secret: str) -> None:
        self.fault = ""
        self.asked: list[str] = []
        self._pages = count()
        self._tickets = application(Files(folder), secret)
        routes = [Route("/-/fault", self._set, methods=["PUT"]), Route("/-/asked", self._tell)]
        self._control = Starlette(routes=routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._tickets(scope, receive, send)
            return
        if scope["path"].startswith("/-/"):
            await self._control(scope, receive, send)
            return
        self.asked.append(_told(Request(scope)))
        response = await self._answer(scope)
        if response is None:
            await self._tickets(scope, receive, send)
        else:
            await response(scope, receive, send)

    async def _set(self, request: Request) -> Response:
        self.fault = (await request.body()).decode()
        return Response(status_code=204)

    async def _tell(self, _: Request) -> Response:
        asked, self.asked = self.asked, []
        return Response(orjson.dumps(asked))

    async def _answer(self, scope: Scope) -> Response | None:
        if self.fault in ANSWERS:
            return ANSWERS[self.fault]()
        if self.fault in ITEMS:
            return await self._altered(scope, ITEMS[self.fault])
        match self.fault:
            case "silence":
                await asyncio.sleep(60)
            case "circle":
                return _leading_to(next(self._pages) % 3)
            case "no end":
                await asyncio.sleep(0.01)
                return _leading_to(next(self._pages))
        return None

    async def _altered(self, scope: Scope, alter: Callable[[Items], Any]) -> Response:
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        await self._tickets(scope, _nothing, keep)
        page = orjson.loads(b"".join(message.get("body", b"") for message in sent))
        return Response(orjson.dumps({**page, "items": alter(page["items"])}))


def _leading_to(page: int) -> Response:
    return Response(orjson.dumps({"items": [], "next": str(page)}))


async def _nothing() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


def _told(request: Request) -> str:
    """What is asked, without its values: tickets of 2 by customer_id: id,number."""
    query = request.query_params
    by = next((name for name in ("customer_id", "number") if name in query), "")
    number, after = len(query.getlist(by)), ", and on" if "after" in query else ""
    return f"{request.url.path.rpartition('/')[2]} of {number} by {by}: {query['fields']}{after}"


if __name__ == "__main__":
    uvicorn.run(Faulty(Path(sys.argv[1]), os.environ[SECRET]), port=int(sys.argv[2]), log_level="error")

"""Serves the schema's SDL at /schema.graphql to signed-in viewers, for code generators."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server.graphql.bearer import Authenticator
from server.graphql.exchange import ALWAYS, Exchange
from server.graphql.media import CONTENT_TYPES, JSON
from server.graphql.refusals import Header, Refusal

PATH = "/schema.graphql"
TEXT: Header = (b"content-type", b"text/plain; charset=utf-8")


def route(authenticator: Callable[[], Authenticator | None], sdl: Callable[[], str]) -> Route:
    """The route. `authenticator` returns None until the server is ready; `sdl` may take long and is kept."""
    kept: list[str] = []

    async def answer(request: Request) -> Response:
        exchange, access = Exchange.of(request.scope), authenticator()
        if access is None:
            return Response(status_code=503)
        try:
            await access.authenticate(exchange.headers, exchange.repeated, exchange.method)
        except Refusal as refusal:
            return _response(refusal.status, refusal.body, (b"content-type", CONTENT_TYPES[JSON]), *refusal.headers)
        if not kept:
            kept.append(await asyncio.to_thread(sdl))
        return _response(200, kept[0].encode(), TEXT)

    return Route(PATH, answer)


def _response(status: int, body: bytes, *headers: Header) -> Response:
    response = Response(body, status)
    response.raw_headers += [*headers, *ALWAYS]
    return response

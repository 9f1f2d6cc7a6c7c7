"""Serves GraphiQL from our own origin: the page at /graphiql and the files that it is made of."""

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from server.graphiql import policy
from server.graphiql.bundle import DIST, HOME, Bundle, read_bundle

VIEWER_QUERY = "query WhoAmI { viewer { role department purpose purposes } }"
NOT_BUILT = "GraphiQL is not built yet: run `python -m server.graphiql.build` and reload this page.\n"
# Written down here: what a machine believes about .js differs, and a script of the wrong type does not start.
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf", ".txt": "text/plain"}


def routes(
    endpoint: str,
    query: str,
    variables: Mapping[str, object],
    *,
    viewer_query: str = VIEWER_QUERY,
    dist: Path = DIST,
) -> list[BaseRoute]:
    """The page, which opens with `query` and asks `endpoint`, and its files."""
    settings = {
        "endpoint": endpoint,
        "query": query,
        "variables": json.dumps(variables),
        "viewer": viewer_query,
    }

    def page(request: Request) -> Response:
        bundle = read_bundle(dist)
        if bundle is None:
            return PlainTextResponse(NOT_BUILT, 503, policy.PAGE)
        return HTMLResponse(render(bundle, settings), headers=policy.PAGE)

    def asset(request: Request) -> Response:
        bundle = read_bundle(dist)
        path = bundle.path(request.path_params["name"]) if bundle else None
        if path is None:
            return PlainTextResponse("Not found\n", 404, policy.PAGE)
        return send(path, request.headers.get("accept-encoding", ""))

    return [Route("/graphiql", page), Route("/graphiql/assets/{name}", asset)]


def render(bundle: Bundle, settings: Mapping[str, str]) -> str:
    """The page's HTML, with its settings as attributes: there is no inline script to put them in."""
    shell = Template((HOME / "page.html").read_text())
    names = {"script": bundle.script, "style": bundle.style, "licenses": bundle.licenses}
    return shell.substitute({name: escape(value) for name, value in {**settings, **names}.items()})


def send(path: Path, accepted: str) -> Response:
    """One file, compressed beforehand for those who take it so; its name changes with its content."""
    media_type = MEDIA_TYPES[path.suffix]
    if "gzip" not in accepted:
        return FileResponse(path, headers=policy.ASSET, media_type=media_type)
    headers = {**policy.ASSET, "Content-Encoding": "gzip"}
    return FileResponse(path.with_name(f"{path.name}.gz"), headers=headers, media_type=media_type)

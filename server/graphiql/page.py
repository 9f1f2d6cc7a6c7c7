"""Serves GraphiQL: the page at /graphiql and its files, all from this origin."""

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
from server.graphiql.sign_in import SIGNED_IN, SignIn

VIEWER_QUERY = "query WhoAmI { viewer { title role department purpose purposes } }"
NOT_BUILT = "GraphiQL is not built yet: run `python -m server.graphiql.build` and reload this page.\n"
# Fixed here, because the system's media type for .js varies, and browsers refuse a script of the wrong type.
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf", ".txt": "text/plain"}


def routes(
    endpoint: str,
    query: str,
    variables: Mapping[str, object],
    sign_in: SignIn | None = None,
    *,
    viewer_query: str = VIEWER_QUERY,
    dist: Path = DIST,
) -> list[BaseRoute]:
    """Routes of the page, of the page that sign-ins return to, and of their files. `query` is shown first."""
    settings = {
        "endpoint": endpoint,
        "query": query,
        "variables": json.dumps(variables),
        "viewer": viewer_query,
        "sign_in": sign_in.as_json() if sign_in else "null",
    }
    headers = policy.page(sign_in.token_origin if sign_in else None)

    def page(request: Request) -> Response:
        return rendered("page.html", headers, settings)

    def signed_in(request: Request) -> Response:
        return rendered("signed-in.html", policy.PAGE, {})

    def rendered(shell: str, headers: Mapping[str, str], settings: Mapping[str, str]) -> Response:
        bundle = read_bundle(dist)
        if bundle is None:
            return PlainTextResponse(NOT_BUILT, 503, policy.PAGE)
        return HTMLResponse(render(bundle, shell, settings), headers=headers)

    def asset(request: Request) -> Response:
        bundle = read_bundle(dist)
        path = bundle.path(request.path_params["name"]) if bundle else None
        if path is None:
            return PlainTextResponse("Not found\n", 404, policy.PAGE)
        return send(path, request.headers.get("accept-encoding", ""))

    pages: list[BaseRoute] = [Route("/graphiql", page), Route("/graphiql/assets/{name}", asset)]
    return [*pages, Route(SIGNED_IN, signed_in)] if sign_in else pages


def render(bundle: Bundle, shell: str, settings: Mapping[str, str]) -> str:
    """A page's HTML. Its settings are attributes, because the content policy forbids inline scripts."""
    names = {
        "script": bundle.script,
        "style": bundle.style,
        "signed_in": bundle.signed_in,
        "licenses": bundle.licenses,
    }
    escaped = {name: escape(value) for name, value in {**settings, **names}.items()}
    return Template((HOME / shell).read_text()).substitute(escaped)


def send(path: Path, accepted: str) -> Response:
    """Send one file, as gzip if accepted. It may be cached for ever, because its name changes with its content."""
    media_type = MEDIA_TYPES[path.suffix]
    if "gzip" not in accepted:
        return FileResponse(path, headers=policy.ASSET, media_type=media_type)
    headers = {**policy.ASSET, "Content-Encoding": "gzip"}
    return FileResponse(path.with_name(f"{path.name}.gz"), headers=headers, media_type=media_type)

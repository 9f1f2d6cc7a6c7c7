"""The routes of the authorization server."""

from collections.abc import Callable

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from server.graphql.bounds.body import BodyReader
from server.graphql.cors import AllowedOrigins
from server.oauth import pages
from server.oauth.endpoints import Endpoints
from server.oauth.forms import MAX_BODY
from server.oauth.people import People
from server.oauth.service import OAuthService

METADATA = "/.well-known/oauth-authorization-server"


def routes(
    find: Callable[[], OAuthService | None],
    receive_timeout_ms: int,
    origins: AllowedOrigins,
    trusted_proxies: int = 0,
) -> list[BaseRoute]:
    reader = BodyReader(MAX_BODY, receive_timeout_ms)
    machines, people = Endpoints(find, reader, origins), People(find, reader, trusted_proxies)
    endpoints = {
        "/oauth/token": (machines.token, "POST"),
        "/oauth/revoke": (machines.revoke, "POST"),
        "/oauth/introspect": (machines.introspect, "POST"),
        "/oauth/jwks": (machines.jwks, "GET"),
        METADATA: (machines.metadata, "GET"),
    }
    listed: list[BaseRoute] = [Route(path, answer, methods=[method]) for path, (answer, method) in endpoints.items()]
    listed += [Route(path, machines.preflight, methods=["OPTIONS"]) for path in endpoints]
    listed += [
        Route("/oauth/authorize", people.authorize, methods=["GET", "POST"]),
        Route("/oauth/login", people.login, methods=["POST"]),
        Route("/oauth/logout", people.logout, methods=["POST"]),
        Route(pages.STYLE, _style),
    ]
    return listed


async def _style(http: HttpRequest) -> Response:
    return pages.style()

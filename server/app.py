"""The ASGI application: /graphql, GraphiQL, sign-in, health and metrics."""

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.tokens.verifier import Verifier
from server.backend import Backend, Opener
from server.graphiql import page, screen_pop
from server.graphql import sdl
from server.graphql.bearer import Authenticator
from server.graphql.bounds.body import BodyReader
from server.graphql.cors import AllowedOrigins
from server.graphql.endpoint import GraphQLOverHTTP
from server.graphql.hosts import check_host, joined_host
from server.graphql.operations import OperationObserver, log_operation
from server.graphql.refusals import Refusal
from server.oauth.routes import routes as oauth_routes
from server.oauth.service import OAuthService
from server.settings.environment import Settings
from server.telemetry import health
from server.trust import gates, issuers, resource

if TYPE_CHECKING:
    from server.telemetry.metrics import Metrics

GRAPHQL = gates.GRAPHQL
GRAPHQL_PATHS = frozenset({GRAPHQL, f"{GRAPHQL}/"})
GRAPHIQL = "/graphiql"


class Customer360:
    """Routes /graphql straight to its endpoint, without middleware; Starlette serves all other paths.

    `takes_proofs` is False for a subgraph, which accepts no DPoP proofs (docs/adr/0026).
    """

    def __init__(
        self,
        settings: Settings,
        verifier: Verifier,
        purposes: Collection[str],
        open_backend: Opener,
        *,
        takes_proofs: bool = True,
    ) -> None:
        self._settings = settings
        self._takes_proofs = takes_proofs
        self._verifier = verifier
        self._purposes = purposes
        expected = verifier.expected
        home = gates.public_url(settings)
        self._trusted = issuers.load(settings.issuers_file, expected.audience, expected.classes, home)
        self._open_backend = open_backend
        self._backend: Backend | None = None
        self._endpoint: ASGIApp | None = None
        self._authenticator: Authenticator | None = None
        self._metrics = _metrics(settings)
        self._pages = Starlette(routes=self._routes(), lifespan=self._lifespan)
        self._is_draining = False
        # The exception that stopped the start; the command line prints it in one line.
        self.failure: BaseException | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._endpoint is not None and _path(scope) in GRAPHQL_PATHS:
            await self._endpoint(scope, receive, send)
        elif scope["type"] == "http" and (refusal := _host_refusal(scope)) is not None:
            await refusal(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    def drain(self) -> None:
        """Answer /readyz with 503 from now on, so that load balancers send requests elsewhere."""
        self._is_draining = True

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        try:
            async with self._open_backend() as self._backend:
                self._endpoint = self._make_endpoint(self._backend)
                if self._metrics is not None:
                    self._metrics.watch(self._backend.gauges)
                yield
        except Exception as error:
            self.failure = error
            raise
        finally:
            self._backend = self._endpoint = self._authenticator = None

    def _make_endpoint(self, backend: Backend) -> ASGIApp:
        settings = self._settings
        reader = BodyReader(settings.max_body_bytes, settings.receive_timeout_ms)
        origins = AllowedOrigins(settings.allowed_origins, settings.allowed_headers)
        self._authenticator = authenticator = self._make_authenticator(backend)
        endpoint = GraphQLOverHTTP(
            backend.graph,
            authenticator,
            reader,
            origins,
            partial_status=settings.partial_status,
            trusted=backend.trusted,
            limiter=backend.limiter,
            observers=self._observers(backend),
            allows_get=settings.get_queries,
            compresses=settings.compression,
        )
        return endpoint if backend.traces is None else backend.traces.around(endpoint)

    def _make_authenticator(self, backend: Backend) -> Authenticator:
        register, others = backend.register, self._trusted
        if register is not None and not self._takes_proofs:
            register = replace(register, single_use=None)
        if register is None and not others.issuers:
            return Authenticator(self._verifier, self._purposes)
        gate = gates.gate_of(self._verifier, self._settings, register, others.issuers, others.opaque)
        return Authenticator(gate, self._purposes, gates.public_url(self._settings) + gates.RESOURCE_METADATA)

    def _observers(self, backend: Backend) -> list[OperationObserver]:
        log = [log_operation] if self._settings.log_operations else []
        telemetry = (each.observe for each in (self._metrics, backend.traces) if each is not None)
        return [*log, *telemetry]

    def _routes(self) -> list[BaseRoute]:
        routes = [*health.routes(self._check, lambda: self._is_draining), *self._oauth_routes()]
        routes.append(sdl.route(lambda: self._authenticator, self._print_sdl))
        if self._metrics is not None:
            routes.append(self._metrics.route())
        if self._settings.graphiql:
            sign_in = self._trusted.sign_in or gates.sign_in_of(self._settings)
            routes += page.routes(GRAPHQL, screen_pop.query(), {"phone": screen_pop.SAMPLE_PHONE}, sign_in)
            routes.append(Route("/", _to_graphiql))
        return routes

    def _oauth_routes(self) -> list[BaseRoute]:
        settings = self._settings
        site = gates.site_of(settings)
        issuers = [*([site.issuer] if site else []), *self._trusted.urls]
        metadata = resource.routes(gates.public_url(settings), issuers, takes_proofs=self._takes_proofs)
        if site is None:
            return metadata
        origins = AllowedOrigins(settings.allowed_origins)
        return metadata + oauth_routes(self._find_oauth, settings.receive_timeout_ms, origins, settings.trusted_proxies)

    def _print_sdl(self) -> str:
        assert self._backend is not None, "only a ready server has an authenticator"
        return self._backend.sdl()

    def _find_oauth(self) -> OAuthService | None:
        return self._backend.oauth if self._backend else None

    async def _check(self) -> Mapping[str, bool]:
        return await self._backend.check() if self._backend else {}


def _metrics(settings: Settings) -> "Metrics | None":
    if not settings.metrics:
        return None
    # Because prometheus-client is an optional extra, only processes that count import it.
    from server.telemetry.metrics import Metrics  # noqa: PLC0415 - an optional extra

    return Metrics()


def _to_graphiql(request: Request) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}{GRAPHIQL}")


def _host_refusal(scope: Scope) -> Response | None:
    """The refusal of a page's request without one valid Host; /graphql checks its own."""
    try:
        check_host(joined_host(scope["headers"]), scope.get("http_version", "1.1"))
    except Refusal as refusal:
        return PlainTextResponse(f"{refusal}\n", refusal.status, {"Connection": "close"})
    return None


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))

"""Opens what the process serves: databases, graph, authorization server, throttle and telemetry."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from auth.oauth.keys.sealing import secret_in
from auth.policy.rules import Policy
from datasources.core.access_log import CoreAccessLog
from datasources.core.phones import set_home_region
from datasources.departments import METADATA
from datasources.engine.running.constraints import unchecked_departments
from datasources.engine.running.databases import QUEUE_PER_PLACE, Databases
from schema.build import print_sdl
from schema.federation.subgraphs import print_subgraphs
from server import sources
from server.graphql.bounds.limiter import ConcurrencyLimit
from server.graphql.documents.trusted import TrustedDocuments
from server.graphql.endpoint import Answers
from server.graphs import build_graph, build_subgraph_graph
from server.oauth import register, service
from server.oauth.register import Register
from server.oauth.service import OAuthService
from server.reload import reload_on_hangup
from server.settings.environment import Settings
from server.telemetry.gauges import Gauges, gauges, measure_lag
from server.throttling import document_limits, open_throttle
from server.trust.gates import graphiql_client, site_of

if TYPE_CHECKING:
    from server.telemetry.traces import Traces


@dataclass(frozen=True, slots=True)
class Backend:
    """What the application needs while it runs. `check` reports which departments answer."""

    graph: Answers
    check: Callable[[], Awaitable[Mapping[str, bool]]]
    # The built-in authorization server, if this process serves one.
    oauth: OAuthService | None = None
    # The token register of a process that serves no authorization server.
    own_register: Register | None = None
    trusted: TrustedDocuments = field(default_factory=TrustedDocuments)
    limiter: ConcurrencyLimit = field(default_factory=ConcurrencyLimit)
    gauges: Gauges = tuple
    traces: "Traces | None" = None
    # Prints the schema that this process serves.
    sdl: Callable[[], str] = print_sdl

    @property
    def register(self) -> Register | None:
        """Signing keys and revocations, which tokens are checked against."""
        return self.oauth.register if self.oauth is not None else self.own_register


# Concurrent operations per pooled connection. More than the queue of one slow department holds, so that it
# cannot take up the whole limit.
OPERATIONS_PER_CONNECTION = 2 * QUEUE_PER_PLACE

# Deadline of a start's look at the departments' constraints.
SECONDS_TO_READ_CONSTRAINTS = 2.0

Opener = Callable[[], AbstractAsyncContextManager[Backend]]


def opener(
    settings: Settings,
    policy: Policy,
    addresses: Mapping[str, str],
    subgraph: str | None = None,
    *,
    looks_up: bool = False,
) -> Opener:
    """Return a context manager that opens the backend of the whole graph, or of one subgraph.

    With `looks_up`, a process without an authorization server reads keys and revocations from core's register.
    """

    @asynccontextmanager
    async def open_backend() -> AsyncIterator[Backend]:
        set_home_region(settings.phone_region)
        build = build_graph if subgraph is None else partial(build_subgraph_graph, subgraph)
        budget = min(settings.department_budget_ms, settings.deadline_ms)
        at_core = addresses["core"]
        logs = CoreAccessLog.open(at_core, settings.deadline_ms)
        async with (
            sources.open_sources(settings, subgraph) as plain_sources,
            Databases.open(addresses, settings.pool_size, budget, plain_sources) as databases,
            logs as log,
            _oauth(settings, policy, at_core) as oauth,
            _register(settings, at_core, looks_up=looks_up) as register,
            open_throttle(settings, at_core) as throttle,
            _traces(settings, subgraph) as traces,
        ):
            databases.unchecked = await unchecked_departments(databases, METADATA, SECONDS_TO_READ_CONSTRAINTS)
            limits = document_limits(settings, asked_by_gateway=subgraph is not None)
            graph = build(databases, policy, log, settings.deadline_ms, limits, throttle)
            trusted = TrustedDocuments.of(settings, graph)
            core = databases.core.patience
            limiter = ConcurrencyLimit(OPERATIONS_PER_CONNECTION * settings.pool_size, lambda: core.is_slow)
            with reload_on_hangup(graph, settings, trusted), measure_lag() as lag:
                yield Backend(
                    graph,
                    databases.reachable,
                    oauth=oauth,
                    own_register=register,
                    trusted=trusted,
                    limiter=limiter,
                    gauges=gauges(graph, databases, limiter, lag),
                    traces=traces,
                    sdl=print_sdl if subgraph is None else partial(_subgraph_sdl, subgraph),
                )

    return open_backend


def _subgraph_sdl(subgraph: str) -> str:
    return print_subgraphs()[subgraph]


@asynccontextmanager
async def _traces(settings: Settings, subgraph: str | None) -> AsyncIterator["Traces | None"]:
    if not settings.traces:
        yield None
        return
    # Because OpenTelemetry is an optional extra, only processes that trace import it.
    from server.telemetry.export import NAME, open_tracer  # noqa: PLC0415 - an optional extra
    from server.telemetry.traces import Traces  # noqa: PLC0415 - an optional extra

    async with open_tracer(NAME if subgraph is None else f"{NAME}-{subgraph}") as tracer:
        yield Traces(tracer)


@asynccontextmanager
async def _register(settings: Settings, address: str, *, looks_up: bool) -> AsyncIterator[Register | None]:
    """The register of a process without an authorization server: a subgraph, or one that trusts other issuers only."""
    if looks_up:
        opening = register.open_readonly(address, settings.deadline_ms)
    elif site_of(settings) is None and settings.issuers_file is not None:
        opening = register.open_writable(address, settings.deadline_ms)
    else:
        yield None
        return
    async with opening as opened:
        yield opened


@asynccontextmanager
async def _oauth(settings: Settings, policy: Policy, address: str) -> AsyncIterator[OAuthService | None]:
    site = site_of(settings)
    if site is None:
        yield None
        return
    secret = settings.oauth_secret or secret_in(settings.data_dir)
    graphiql = graphiql_client(settings, policy.purposes)
    async with service.open_service(site, address, secret, settings.deadline_ms, graphiql) as opened:
        yield opened

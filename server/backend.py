"""What the process stands on: the graph over its open databases."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from auth.policy import Policy
from server.http import Answers
from server.oauth import noted
from server.oauth.noted import Noted
from server.oauth.service import OAuthService
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Backend:
    """The graph, and a look at whether each department's database answers."""

    graph: Answers
    check: Callable[[], Awaitable[Mapping[str, bool]]]
    # The authorization server, where there is one.
    oauth: OAuthService | None = None
    # What tokens are checked against where there is none.
    apart: Noted | None = None

    @property
    def noted(self) -> Noted | None:
        return self.apart if self.oauth is None else self.oauth.noted


Opener = Callable[[], AbstractAsyncContextManager[Backend]]


def opener(settings: Settings, policy: Policy, addresses: Mapping[str, str], subgraph: str | None = None) -> Opener:
    """Opens the databases when the process starts and closes them when it ends. Serves all, or one's subgraph."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Backend]:
        from datasources.access_log import CoreAccessLog
        from datasources.databases import Databases
        from schema.build import build_graph
        from schema.subgraphs import build_subgraph_graph
        from server.reload import on_hangup

        build = build_graph if subgraph is None else partial(build_subgraph_graph, subgraph)
        pools = Databases.open(addresses, settings.pool_size, settings.deadline_ms)
        logs = CoreAccessLog.open(addresses["core"], settings.deadline_ms)
        core = addresses["core"]
        checks = _noted(settings, core) if subgraph is None else nullcontext()
        async with pools as databases, logs as log, _oauth(settings, policy, core) as oauth, checks as apart:
            graph = build(databases, policy, log, settings.deadline_ms)
            with on_hangup(graph, settings):
                yield Backend(graph, databases.reachable, oauth, apart)

    return opened


@asynccontextmanager
async def _oauth(settings: Settings, policy: Policy, address: str) -> AsyncIterator[OAuthService | None]:
    from auth.oauth.sealing import secret_in
    from server.oauth import service
    from server.trust import graphiql_client, site_of

    site = site_of(settings)
    if site is None:
        yield None
        return
    secret = settings.oauth_secret or secret_in(settings.data_dir)
    graphiql = graphiql_client(settings, policy.purposes)
    async with service.opened(site, address, secret, settings.deadline_ms, graphiql) as opened:
        yield opened


@asynccontextmanager
async def _noted(settings: Settings, address: str) -> AsyncIterator[Noted | None]:
    """For tokens of other issuers where our own server, which brings this along, is not served.

    A subgraph's login may not read it: no proofs there, and no revocations.
    """
    from server.trust import site_of

    if site_of(settings) is not None or settings.issuers_file is None:
        yield None
        return
    async with noted.opened(address, settings.deadline_ms) as opened:
        yield opened

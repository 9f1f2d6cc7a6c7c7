"""What the process stands on: the graph over its open databases."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from auth.policy import Policy
from server.http import Answers
from server.settings import Settings


@dataclass(frozen=True, slots=True)
class Backend:
    """The graph, and a look at whether each department's database answers."""

    graph: Answers
    check: Callable[[], Awaitable[Mapping[str, bool]]]


Opener = Callable[[], AbstractAsyncContextManager[Backend]]


def opener(settings: Settings, policy: Policy, addresses: Mapping[str, str]) -> Opener:
    """Opens the databases when the process starts and closes them when it ends."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Backend]:
        from datasources.access_log import CoreAccessLog
        from datasources.databases import Databases
        from schema.build import build_graph

        pools = Databases.open(addresses, settings.pool_size, settings.deadline_ms)
        async with pools as databases, CoreAccessLog.open(addresses["core"], settings.deadline_ms) as log:
            yield Backend(build_graph(databases, policy, log, settings.deadline_ms), databases.reachable)

    return opened

"""Reading policy and trusted documents again while the server runs: on SIGHUP, and only what is sound."""

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from auth.policy.rules import Policy, PolicyError
from resolvers.graph import Graph
from server.graphql.documents.trusted import TrustedDocuments
from server.settings.environment import Settings
from server.trust.identity import policy_of

log = logging.getLogger("customer360.policy")


@contextmanager
def reload_on_hangup(graph: Graph, settings: Settings, trusted: TrustedDocuments) -> Iterator[None]:
    """While this lasts, SIGHUP has the graph decide by the policy as it then stands in its file, and know the trusted
    documents as they then stand in theirs.
    """

    def read_again() -> None:
        _reload(graph, settings)
        trusted.reload(settings, graph)

    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGHUP, read_again)
    except (AttributeError, NotImplementedError, RuntimeError, ValueError):
        # No such signal here, or not our thread: the policy that the process started with counts.
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def _reload(graph: Graph, settings: Settings) -> None:
    try:
        policy = policy_of(settings)
        _check_same_names(graph.policy, policy)
    except (PolicyError, OSError) as error:
        log.error("the policy stays as it was: %s", error)
        return
    graph.use(policy)
    log.warning("the policy is now %s", policy.version)


def _check_same_names(old: Policy, new: Policy) -> None:
    """Tokens are checked against the classes and purposes that the process started with."""
    if old.classes != new.classes or old.purposes.keys() != new.purposes.keys():
        raise PolicyError("other classes or purposes count from the next start on")

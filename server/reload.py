"""Reloads policy and trusted documents on SIGHUP. A file that is invalid changes nothing."""

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
    """Inside this context, SIGHUP reloads the policy and the trusted documents from their files."""

    def reload() -> None:
        _reload_policy(graph, settings)
        trusted.reload(settings, graph)

    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGHUP, reload)
    except (AttributeError, NotImplementedError, RuntimeError, ValueError):
        # Because this platform has no SIGHUP, or this is not the main thread, nothing is reloaded.
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


def _reload_policy(graph: Graph, settings: Settings) -> None:
    try:
        policy = policy_of(settings)
        _check_same_names(graph.policy, policy)
    except (PolicyError, OSError) as error:
        log.error("the policy stays as it was: %s", error)
        return
    graph.use(policy)
    log.warning("the policy is now %s", policy.version)


def _check_same_names(old: Policy, new: Policy) -> None:
    """Raise PolicyError for other classes or purposes: token checks keep those of the start."""
    if old.classes != new.classes or old.purposes.keys() != new.purposes.keys():
        raise PolicyError("other classes or purposes count from the next start on")

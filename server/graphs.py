"""Puts a graph together: its contract, from the schema, over open databases."""

from auth.access_log import AccessLog
from auth.policy.rules import Policy
from datasources.core.subgraph_shapes import subgraph_shapes
from datasources.departments import SHAPES
from datasources.engine.running.databases import Databases
from datasources.shapes import with_checks
from datasources.sources.outline import with_outlines
from resolvers.answering.throttle import Throttle
from resolvers.documents.limits import DEFAULT_LIMITS, Limits
from resolvers.graph import Graph
from schema.build import build_schema, contract
from schema.federation.subgraphs import build_subgraph


def build_graph(
    databases: Databases,
    policy: Policy,
    log: AccessLog,
    deadline_ms: int = 2000,
    limits: Limits = DEFAULT_LIMITS,
    throttle: Throttle | None = None,
) -> Graph:
    shapes = with_outlines(with_checks(SHAPES, databases.unchecked), databases.sources)
    return Graph(contract(build_schema()), shapes, policy, databases, log, deadline_ms, limits, throttle)


def build_subgraph_graph(
    department: str,
    databases: Databases,
    policy: Policy,
    log: AccessLog,
    deadline_ms: int = 2000,
    limits: Limits = DEFAULT_LIMITS,
    throttle: Throttle | None = None,
) -> Graph:
    """The department's subgraph over its own database and core's, of which it reads the customers' flags only."""
    subgraph = build_subgraph(department)
    checked = with_checks(SHAPES, databases.unchecked)
    shapes = subgraph_shapes(with_outlines(checked, databases.sources), department, subgraph.references)
    return Graph(subgraph.contract, shapes, policy, databases, log, deadline_ms, limits, throttle)

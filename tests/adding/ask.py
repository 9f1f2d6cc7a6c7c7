"""Asks the graph of the code on PYTHONPATH: `python ask.py URL ROLE PURPOSE DOCUMENT [SUBGRAPH [SCOPES]]`."""

import asyncio
import sys
from datetime import UTC, datetime

from auth.departments import DEPARTMENTS
from auth.policy.ceiling import Ceiling
from auth.policy.file import load
from auth.viewer import Viewer
from datasources.core.access_log import CoreAccessLog
from datasources.engine.running.databases import Databases
from resolvers.answering.requests import Request
from server.graphs import build_graph, build_subgraph_graph

PATIENT_MS = 60_000


async def ask(url: str, role: str, purpose: str, document: str, subgraph: str = "", scopes: str = "") -> bytes:
    policy = load()
    ceiling = Ceiling.of(scopes.split()) if scopes else None
    now = datetime.now(UTC)
    until = datetime(2100, 1, 1, tzinfo=UTC)
    viewer = Viewer("someone", role, frozenset({purpose}), purpose, None, until, ceiling=ceiling, authenticated_at=now)
    async with (
        Databases.open(dict.fromkeys(DEPARTMENTS, url), timeout_ms=PATIENT_MS) as databases,
        CoreAccessLog.open(url) as log,
    ):
        graph = (
            build_subgraph_graph(subgraph, databases, policy, log, PATIENT_MS)
            if subgraph
            else build_graph(databases, policy, log, PATIENT_MS)
        )
        request = Request(document, None, {}, viewer, read_only=True, request_id="adding")
        return (await graph.answer(request)).body


if __name__ == "__main__":
    sys.stdout.buffer.write(asyncio.run(ask(*sys.argv[1:])))

"""npm's graphql-http has an audit of servers; it runs here with the Node that the project already has."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from deploy.processes import install, is_installed, node
from resolvers.graph import Graph
from tests.limits.serving import serving

HERE = Path(__file__).parent / "audit"
AUDITS = 61


def test_the_audit_of_graphql_over_http(graph: Graph, bearer: dict[str, str], tmp_path: Path) -> None:
    if not is_installed(HERE):
        if not os.environ.get("CI"):
            pytest.skip("fetch the Node packages first: python -m tests.limits.test_audit")
        install(HERE)
    # GET is off by default; tests/server/graphql/test_persisted.py shows the refusal.
    with serving(graph, tmp_path, get_queries=True) as (host, port, _):
        command = [node(), "audit.mjs", f"http://{host}:{port}/graphql", bearer["Authorization"].split()[1]]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert [each for each in found if each["status"] != "ok"] == []
    assert len(found) == AUDITS


if __name__ == "__main__":
    install(HERE)

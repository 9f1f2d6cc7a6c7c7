"""Rates as clients meet them: status, headers, and what differs for those who read no status but 200."""

import json
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from auth.rates import Rate
from resolvers.answering.throttle import Throttle
from tests.limits.conftest import Make
from tests.limits.serving import serving

Ask = Callable[..., tuple[int, dict[str, str], Any]]
ACCEPTS = ["application/graphql-response+json", "application/json"]


@pytest.fixture
def ask(make_graph: Make, bearer: dict[str, str], tmp_path: Path) -> Iterator[Ask]:
    graph = make_graph(throttle=Throttle(Rate(3, 0.01)))
    with serving(graph, tmp_path) as (host, port, _):

        def post(document: str, **headers: str) -> tuple[int, dict[str, str], Any]:
            connection = HTTPConnection(host, port, timeout=10)
            head = {**bearer, "Content-Type": "application/json", **headers}
            connection.request("POST", "/graphql", json.dumps({"query": document}), head)
            response = connection.getresponse()
            headers_of_answer = {name.lower(): value for name, value in response.getheaders()}
            answer = response.status, headers_of_answer, json.loads(response.read())
            connection.close()
            return answer

        yield post


@pytest.mark.parametrize("accept", ACCEPTS)
def test_an_empty_bucket_is_429_and_says_how_long(ask: Ask, accept: str) -> None:
    for left in (2, 1, 0):
        status, headers, _ = ask("{ viewer { role } }", Accept=accept)
        assert status == 200
        assert headers["ratelimit-policy"] == '"points";q=3;w=300'
        assert headers["ratelimit"].startswith(f'"points";r={left};t=')
        assert "retry-after" not in headers
    status, headers, body = ask("{ viewer { role } }", Accept=accept)
    assert status == 429
    assert body["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert 95 <= int(headers["retry-after"]) <= 100
    assert int(headers["retry-after"]) == body["errors"][0]["extensions"]["retryAfter"]
    assert headers["ratelimit"].startswith('"points";r=0;t=')


def test_the_cost_is_told_for_the_header(ask: Ask) -> None:
    _, _, body = ask("{ viewer { role } }", **{"Customer360-Cost": "1"})
    cost = body["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (1, 1)
    assert cost["throttleStatus"] == {"maximumAvailable": 3, "currentlyAvailable": 2, "restoreRate": 0.01}
    _, _, body = ask("{ viewer { role } }")
    assert "cost" not in body["extensions"]

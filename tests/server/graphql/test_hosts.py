"""The header Host: one, and a valid one, on every path (RFC 9112, 3.2)."""

import asyncio
from typing import Any

import pytest

from server.app import Customer360
from tests.server.conftest import Make

VALID = ["crm.example.com", "localhost:8360", "127.0.0.1", "[::1]:8360", "customer_360.internal", "host:"]
UNSOUND = ["", "a b", "a/b", "user@host", "host:port", "host:123456", "::1", "[::1", "a, b", "h\u00f6st", "a\tb", "a?b"]


def status(
    app: Customer360, hosts: list[str], path: str = "/graphql", version: str = "1.1", method: str = "POST"
) -> int:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", host.encode("latin-1")) for host in hosts]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": headers}
    asyncio.run(app({**scope, "http_version": version}, receive, send))
    return int(sent[0]["status"])


@pytest.fixture
def app(make_client: Make) -> Customer360:
    application = make_client().app
    assert isinstance(application, Customer360)
    return application


@pytest.mark.parametrize("host", VALID)
def test_a_valid_host_goes_on(app: Customer360, host: str) -> None:
    assert status(app, [host]) == 415
    assert status(app, [host], method="OPTIONS") == 204
    assert status(app, [host], "/healthz", method="GET") == 200


@pytest.mark.parametrize(
    "hosts", [[], ["a.example", "a.example"], ["a.example", "b.example"], *([each] for each in UNSOUND)]
)
@pytest.mark.parametrize(
    ("path", "method"), [("/graphql", "POST"), ("/graphql", "OPTIONS"), ("/healthz", "GET"), ("/x", "GET")]
)
def test_no_host_two_hosts_and_an_unsound_one_are_400(
    app: Customer360, hosts: list[str], path: str, method: str
) -> None:
    assert status(app, hosts, path, method=method) == 400


@pytest.mark.parametrize(("path", "expected"), [("/graphql", 415), ("/healthz", 405)])
def test_http_1_0_may_leave_the_host_out(app: Customer360, path: str, expected: int) -> None:
    assert status(app, [], path, version="1.0") == expected
    assert status(app, ["a b"], path, version="1.0") == 400

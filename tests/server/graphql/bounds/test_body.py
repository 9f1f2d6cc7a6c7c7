"""What arrives late, in pieces or not at all, seen from below any client."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from auth.tokens.keys import TrustedKeys
from auth.tokens.verifier import Verifier
from server.graphql.bearer import Authenticator
from server.graphql.bounds.body import BodyReader
from server.graphql.cors import AllowedOrigins
from server.graphql.endpoint import GraphQLOverHTTP
from tests.server.conftest import EXPECTED, KEY, PURPOSES
from tests.server.fake_graph import FakeGraph

Receive = Callable[[], Awaitable[dict[str, Any]]]


def scope(bearer: dict[str, str], **headers: str) -> dict[str, Any]:
    given = {"host": "test", "content-type": "application/json", **bearer, **headers}
    return {
        "type": "http",
        "method": "POST",
        "path": "/graphql",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
    }


class Client:
    """Sends these messages, and then nothing more; keeps what it is sent."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._messages = list(messages)
        self.sent: list[Any] = []

    async def receive(self) -> dict[str, Any]:
        if self._messages:
            return self._messages.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])


def part(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


@pytest.fixture
def endpoint(graph: FakeGraph) -> GraphQLOverHTTP:
    authenticator = Authenticator(Verifier(EXPECTED, TrustedKeys([KEY])), PURPOSES)
    return GraphQLOverHTTP(graph, authenticator, BodyReader(1024, 100), AllowedOrigins([]))


async def test_a_body_in_pieces_is_put_together(endpoint: GraphQLOverHTTP, bearer: dict[str, str]) -> None:
    client = Client(part(b'{"query": '), part(b""), part(b'"{ hello }"'), part(b"}", more=False))
    await endpoint(scope(bearer), client.receive, client.send)
    assert client.status == 200
    assert client.sent[1]["body"] == b'{"data":{"hello":"world"}}'


async def test_a_body_that_stops_arriving_is_given_up(
    endpoint: GraphQLOverHTTP, bearer: dict[str, str], graph: FakeGraph
) -> None:
    client = Client(part(b'{"query": '))
    await endpoint(scope(bearer), client.receive, client.send)
    assert client.status == 408
    assert (b"connection", b"close") in client.sent[0]["headers"]
    assert graph.asked == []


@pytest.mark.parametrize("before", [(), (part(b'{"query": '),)])
async def test_nobody_is_answered_who_went_away(
    endpoint: GraphQLOverHTTP, bearer: dict[str, str], graph: FakeGraph, before: tuple[dict[str, Any], ...]
) -> None:
    client = Client(*before, {"type": "http.disconnect"})
    await endpoint(scope(bearer), client.receive, client.send)
    assert client.sent == []
    assert graph.asked == []


async def test_no_more_is_received_than_is_allowed(endpoint: GraphQLOverHTTP, bearer: dict[str, str]) -> None:
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 1
        return part(b" " * 512)

    client = Client()
    await endpoint(scope(bearer), receive, client.send)
    assert (client.status, taken) == (413, 3)


async def test_an_announced_body_that_is_too_large_is_not_received(
    endpoint: GraphQLOverHTTP, bearer: dict[str, str]
) -> None:
    client = Client()
    await endpoint(scope(bearer, **{"content-length": "1025"}), client.receive, client.send)
    assert client.status == 413


async def test_no_body_is_received_from_a_stranger(endpoint: GraphQLOverHTTP) -> None:
    client = Client()
    await endpoint(scope({}), client.receive, client.send)
    assert client.status == 401


async def test_a_cancelled_request_is_cancelled(
    endpoint: GraphQLOverHTTP, bearer: dict[str, str], graph: FakeGraph
) -> None:
    graph.fault = asyncio.CancelledError()
    client = Client(part(b'{"query": "{ hello }"}', more=False))
    with pytest.raises(asyncio.CancelledError):
        await endpoint(scope(bearer), client.receive, client.send)
    assert client.sent == []

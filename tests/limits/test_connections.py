"""Clients that hold on to what they have: connections, and answers that they do not read."""

import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import uvicorn

from tests.limits.serving import serving
from tests.server.fake_graph import FakeGraph
from tests.server.process.test_process import BODY, answer, is_closed, request, status

LONG = b'{"query": "{ echo(text: \\"' + b"x" * 900_000 + b'\\") }"}'


def eventually(what: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether it comes true; how soon is not what is tested."""
    until = time.monotonic() + seconds
    while not what() and time.monotonic() < until:
        time.sleep(0.02)
    return what()


def connected(host: str, port: int) -> "closing[socket.socket]":
    return closing(socket.create_connection((host, port), timeout=5))


def held(server: uvicorn.Server) -> int:
    return len(server.server_state.connections)


def test_an_answer_that_nobody_reads_is_not_kept(bearer: dict[str, str], tmp_path: Path) -> None:
    with serving(FakeGraph(), tmp_path, receive_timeout_ms=400) as (host, port, server), socket.socket() as client:
        # What the system itself keeps for a slow reader is no burden of ours: ask for more than that.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((host, port))
        client.settimeout(0.3)
        try:
            for _ in range(20):
                client.sendall(request(bearer, LONG))
        except OSError:
            # It takes no more requests while it cannot answer, or has ended it already.
            pass
        assert eventually(lambda: held(server) == 0)


def test_one_who_reads_slowly_gets_all_of_it(bearer: dict[str, str], tmp_path: Path) -> None:
    with serving(FakeGraph(), tmp_path) as (host, port, _), connected(host, port) as client:
        client.sendall(request(bearer, LONG))
        head, _, body = answer(client).partition(b"\r\n\r\n")
        assert (b" 200 " in head, len(body)) == (True, 900_000 + len(b'{"data":{"echo":""}}'))


def test_a_connection_that_is_not_used_again_is_let_go(bearer: dict[str, str], tmp_path: Path) -> None:
    with serving(FakeGraph(), tmp_path, keep_alive_ms=200) as (host, port, server), connected(host, port) as client:
        for _ in range(2):
            client.sendall(request(bearer, BODY))
            assert status(client) == 200
        # Sooner than uvicorn's own five seconds.
        client.settimeout(2)
        assert is_closed(client)
        assert eventually(lambda: held(server) == 0)


def test_one_connection_too_many_is_told_so(bearer: dict[str, str], tmp_path: Path) -> None:
    with serving(FakeGraph(), tmp_path, max_connections=3) as (host, port, server), ExitStack() as stack:
        clients = [stack.enter_context(connected(host, port)) for _ in range(3)]
        for client in clients:
            client.sendall(request(bearer, BODY))
            assert status(client) == 200
        with connected(host, port) as another:
            assert answer(another).startswith(b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\n")
            assert is_closed(another)
        clients[0].close()
        assert eventually(lambda: held(server) == 2)
        with connected(host, port) as another:
            another.sendall(request(bearer, BODY))
            assert status(another) == 200


def test_a_compressed_body_is_not_unpacked(bearer: dict[str, str], tmp_path: Path) -> None:
    with serving(FakeGraph(), tmp_path) as (host, port, _), connected(host, port) as client:
        client.sendall(request(bearer, b"\x1f\x8b\x08", more="Content-Encoding: gzip\r\n"))
        assert status(client) == 415

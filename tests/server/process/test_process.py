"""The process as clients meet it: real sockets, and clients that do not behave."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from auth.tokens.keys import TrustedKeys
from auth.tokens.verifier import Verifier
from server.app import Customer360
from server.process.protocol import MAX_HEAD_BYTES, bounded_protocol
from server.process.serving import ListenError, listen, make_server
from server.settings.environment import load
from tests.server.conftest import EXPECTED, KEY, PURPOSES
from tests.server.fake_graph import FakeGraph, opener

SECONDS = 0.4
BODY = b'{"query": "{ hello }"}'

Connect = Callable[[], socket.socket]


@pytest.fixture(scope="module")
def connect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connect]:
    """Connects to a server that waits SECONDS for a request."""
    settings = load({"CUSTOMER360_DATA_DIR": str(tmp_path_factory.mktemp("data"))})
    settings = replace(settings, port=0, receive_timeout_ms=int(SECONDS * 1000))
    app = Customer360(settings, Verifier(EXPECTED, TrustedKeys([KEY])), PURPOSES, opener(FakeGraph()))
    listener = listen(settings)
    started = threading.Event()
    server = make_server(app, settings, started.set)
    thread = threading.Thread(target=lambda: asyncio.run(server._serve([listener])))
    thread.start()
    assert started.wait(10)
    address = listener.getsockname()
    yield lambda: socket.create_connection(address, timeout=5)
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def request(bearer: dict[str, str], body: bytes = BODY, length: int | None = None, more: str = "") -> bytes:
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{more}"
        f"Authorization: {bearer['Authorization']}\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    )
    return head.encode() + body


def answer(client: socket.socket) -> bytes:
    """The head and the body of one response."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = client.recv(65536)
        if not part:
            return received
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.lower().splitlines() if line.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += client.recv(65536)
    return head + b"\r\n\r\n" + body


def status(client: socket.socket) -> int:
    return int(answer(client).split(b" ", 2)[1])


def is_closed(client: socket.socket) -> bool:
    return client.recv(1) == b""


def test_a_connection_answers_again_and_again(connect: Connect, bearer: dict[str, str]) -> None:
    with closing(connect()) as client:
        for _ in range(3):
            client.sendall(request(bearer))
            assert answer(client).endswith(b'{"data":{"hello":"world"}}')


def test_nothing_tells_which_server_it_is(connect: Connect, bearer: dict[str, str]) -> None:
    with closing(connect()) as client:
        client.sendall(request(bearer))
        assert b"server:" not in answer(client).lower()


def test_after_a_huge_body_the_connection_goes_on(connect: Connect, bearer: dict[str, str]) -> None:
    with closing(connect()) as client:
        client.sendall(request(bearer, bytes(8_000_000)))
        assert status(client) == 413
        client.sendall(request(bearer))
        assert status(client) == 200


def test_a_huge_body_need_not_be_sent_at_all(connect: Connect, bearer: dict[str, str]) -> None:
    with closing(connect()) as client:
        client.sendall(request(bearer, b"", length=50_000_000, more="Expect: 100-continue\r\n"))
        assert status(client) == 413


def test_a_body_that_stops_is_given_up(connect: Connect, bearer: dict[str, str]) -> None:
    with closing(connect()) as client:
        client.sendall(request(bearer, b'{"query":', length=1000))
        assert status(client) == 408
        assert is_closed(client)


@pytest.mark.parametrize("sent", [b"", b"POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_head_that_stops_is_given_up(connect: Connect, sent: bytes) -> None:
    with closing(connect()) as client:
        client.sendall(sent)
        assert not sent or status(client) == 408
        assert is_closed(client)


def test_a_head_that_stops_is_given_up_on_a_connection_that_answered(connect: Connect, bearer: dict[str, str]) -> None:
    with closing(connect()) as client:
        client.sendall(request(bearer))
        assert status(client) == 200
        client.sendall(request(bearer)[:40])
        assert status(client) == 408
        assert is_closed(client)


def test_heads_that_come_in_one_piece_are_not_taken_for_one(connect: Connect, bearer: dict[str, str]) -> None:
    large = request(bearer, more=f"X-Large: {'x' * 40_000}\r\n")
    with closing(connect()) as client:
        client.sendall(large[:20_000])
        time.sleep(SECONDS / 8)
        client.sendall(large[20_000:] + large[:30_000])
        assert status(client) == 200
        client.sendall(large[30_000:])
        assert status(client) == 200


def test_each_head_has_its_own_time(connect: Connect, bearer: dict[str, str]) -> None:
    """Together they take longer than one may."""
    with closing(connect()) as client:
        for _ in range(4):
            client.sendall(request(bearer)[:40])
            time.sleep(SECONDS * 0.7)
            client.sendall(request(bearer)[40:])
            assert status(client) == 200


def test_a_stranger_may_not_go_on_sending(connect: Connect) -> None:
    with closing(connect()) as client:
        client.sendall(request({"Authorization": "Bearer x"}, b"", length=1000))
        assert status(client) == 401
        assert is_closed(client)


def test_a_huge_head_is_refused(connect: Connect) -> None:
    with closing(connect()) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\n")
        client.sendall(b"X-Huge: " + b"x" * 200_000)
        assert b" 431 " in answer(client)


def head_of(bearer: dict[str, str], size: int, *, in_many: bool) -> bytes:
    """A request whose target and headers have so many bytes, in one large header or in many."""
    plain = request(bearer)
    head = plain.split(b"\r\n\r\n")[0]
    used = len(head) - len("POST ") - len(" HTTP/1.1\r\n") + len("\r\n")
    line = b"x-more: %b\r\n"
    missing = size - used
    count = missing // 200 if in_many else 1
    lines = [line % (b"x" * (missing // count - len(line) + 2)) for _ in range(count - 1)]
    lines.append(line % (b"x" * (missing - sum(map(len, lines)) - len(line) + 2)))
    return plain.replace(b"Content-Type", b"".join(lines) + b"Content-Type", 1)


@pytest.mark.parametrize(("size", "expected"), [(MAX_HEAD_BYTES, 200), (MAX_HEAD_BYTES + 1, 431), (200_000, 431)])
@pytest.mark.parametrize("in_many", [False, True])
@pytest.mark.parametrize("pieces", ["one", "many", "after a body"])
def test_the_limit_of_headers_holds_whatever_the_pieces(
    connect: Connect, bearer: dict[str, str], size: int, expected: int, in_many: bool, pieces: str
) -> None:
    sent = head_of(bearer, size, in_many=in_many)
    with closing(connect()) as client:
        if pieces == "after a body":
            client.sendall(request(bearer) + sent[:30_000])
            assert status(client) == 200
            sent = sent[30_000:]
        try:
            for at in range(0, len(sent), 30_000) if pieces == "many" else [0]:
                client.sendall(sent[at : at + 30_000] if pieces == "many" else sent)
        except ConnectionError:
            # The server may have answered and closed before the last piece.
            assert expected == 431
        assert status(client) == expected


def test_a_large_head_of_a_request_passes(connect: Connect, bearer: dict[str, str]) -> None:
    with closing(connect()) as client:
        client.sendall(request(bearer, more=f"X-Large: {'x' * 16_000}\r\n"))
        assert status(client) == 200


@pytest.mark.parametrize("sent", [b"\x16\x03\x01\x02\x00", b"NONSENSE\r\n\r\n", b"POST /graphql HTTP/9.9\r\n\r\n"])
def test_what_is_no_http_is_refused(connect: Connect, sent: bytes) -> None:
    with closing(connect()) as client:
        client.sendall(sent)
        assert b" 400 " in answer(client)


def test_who_hangs_up_leaves_no_trace(connect: Connect, bearer: dict[str, str]) -> None:
    for cut in (10, 100, 250, len(request(bearer))):
        with closing(connect()) as client:
            client.sendall(request(bearer)[:cut])
    with closing(connect()) as client:
        client.sendall(request(bearer))
        assert status(client) == 200


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = load({"CUSTOMER360_PORT": str(taken.getsockname()[1]), "CUSTOMER360_DATA_DIR": str(tmp_path)})
        with pytest.raises(ListenError, match="CUSTOMER360_PORT"):
            listen(settings)


def test_each_process_has_its_own_limit() -> None:
    assert (bounded_protocol(1.0).timeout_seconds, bounded_protocol(2.0).timeout_seconds) == (1.0, 2.0)

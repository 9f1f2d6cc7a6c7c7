import asyncio
import socket

import pytest
from pytest_socket import SocketConnectBlockedError

# Reserved for documentation by RFC 5737; no host answers.
ELSEWHERE = "192.0.2.1"


def test_no_test_reaches_another_host() -> None:
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection((ELSEWHERE, 443), timeout=1)


async def test_nor_does_the_loop() -> None:
    with pytest.raises(SocketConnectBlockedError):
        await asyncio.open_connection(ELSEWHERE, 443)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_host_answers(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((host, port), timeout=5) as client:
            assert client.getpeername()[1] == port

"""A load generator for machines without wrk: keep-alive connections in a closed loop.

Runs as a process of its own (`python -m bench.load.client`), so that its CPU time is not counted as a server's.
"""

import asyncio
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import cast

import httptools
import uvloop


class Caller(asyncio.Protocol):
    """One connection, which sends its next request when the last is answered."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._parser = httptools.HttpResponseParser(self)
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have asyncio's interface but not its base class.
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._load.latencies.append(time.perf_counter() - self._sent)
        self._load.failed += self._parser.get_status_code() != 200
        self._parser = httptools.HttpResponseParser(self)
        self._ask()

    def _ask(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(next(self._load.requests))


class Load:
    """The requests that all connections share, and the latency of each."""

    def __init__(self, requests: list[bytes]) -> None:
        self.requests = cycle(requests)
        self.latencies: list[float] = []
        self.failed = 0

    async def run(self, port: int, connections: int, seconds: float) -> str:
        loop, started = asyncio.get_running_loop(), time.perf_counter()
        for _ in range(connections):
            await loop.create_connection(lambda: Caller(self), "127.0.0.1", port)
        await asyncio.sleep(seconds)
        taken = sorted(self.latencies) or [0.0]
        passed = int((time.perf_counter() - started) * 1e6)
        p50, p99 = (taken[int(len(taken) * share)] * 1000 for share in (0.5, 0.99))
        return f"RESULT {len(self.latencies)} {passed} {self.failed} {p50:.3f} {p99:.3f}"


def http_request(body: str, headers: list[str]) -> bytes:
    pairs = zip(headers[::2], headers[1::2], strict=True)
    lines = "".join(f"{name}: {value}\r\n" for name, value in pairs)
    content = body.encode()
    return (
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nAccept: application/json\r\n"
        f"{lines}Content-Length: {len(content)}\r\n\r\n"
    ).encode() + content


def main() -> None:
    port, connections, seconds, bodies, *headers = sys.argv[1:]
    load = Load([http_request(line, headers) for line in Path(bodies).read_text().splitlines()])
    print(uvloop.run(load.run(int(port), int(connections), float(seconds))))


if __name__ == "__main__":
    main()

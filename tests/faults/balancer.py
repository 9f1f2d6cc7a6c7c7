"""A load balancer in small: it sends to whoever is ready, keeps connections, and counts what fails."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle

from tests.faults.served import read

SECONDS_BETWEEN_LOOKS = 0.1
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class Balancer:
    """Servers by their ports. Each request goes once to one of them: what fails has failed."""

    ports: list[int]
    seen: Counter[int | str] = field(default_factory=Counter)
    ready: set[int] = field(default_factory=set)
    _idle: dict[int, list[Streams]] = field(default_factory=dict)

    async def look(self) -> None:
        """Asks for readiness, for ever."""
        while True:
            for port in self.ports:
                is_ready = await self._is_ready(port)
                (self.ready.add if is_ready else self.ready.discard)(port)
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)

    async def _is_ready(self, port: int) -> bool:
        with suppress(OSError, asyncio.IncompleteReadError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answered = await read(reader)
            writer.close()
            return answered.status == 200
        return False

    async def send(self, request: bytes, port: int) -> None:
        idle = self._idle.setdefault(port, [])
        try:
            reader, writer = idle.pop() if idle else await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            answered = await read(reader)
        except (OSError, asyncio.IncompleteReadError) as error:
            self.seen[type(error).__name__] += 1
            return
        self.seen[answered.status] += 1
        if answered.headers.get("connection") == "close":
            writer.close()
        else:
            idle.append((reader, writer))

    async def load(self, request: bytes, until: asyncio.Event) -> None:
        """One client, who asks again when they are answered."""
        for number in cycle(range(1 << 30)):
            if until.is_set():
                return
            ready = sorted(self.ready)
            await self.send(request, ready[number % len(ready)])

    def close(self) -> None:
        for idle in self._idle.values():
            for _, writer in idle:
                writer.close()


@asynccontextmanager
async def balanced(ports: list[int], request: bytes, clients: int) -> AsyncIterator[Balancer]:
    """While this lasts, so many clients ask."""
    balancer, until = Balancer(ports), asyncio.Event()
    looking = asyncio.create_task(balancer.look())
    async with asyncio.timeout(60):
        while len(balancer.ready) < len(ports):  # noqa: ASYNC110 - the balancer itself looks every now and then
            await asyncio.sleep(0.01)
    asking = [asyncio.create_task(balancer.load(request, until)) for _ in range(clients)]
    try:
        yield balancer
    finally:
        until.set()
        await asyncio.gather(*asking)
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        balancer.close()

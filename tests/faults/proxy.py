"""A TCP proxy before a database that can be told to misbehave: slow, frozen, resetting, or gone without a word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

CHUNK = 65536


class Mode(StrEnum):
    """What becomes of what is sent; FROZEN is forwarded when it thaws, HALF_OPEN is lost without an end."""

    WELL = "well"
    SLOW = "slow"
    FROZEN = "frozen"
    RESETTING = "resetting"
    HALF_OPEN = "half open"


class Proxy:
    """Stands before one database, which is reached by its socket in a folder."""

    def __init__(self, address: str, seconds: float) -> None:
        self._address = urlsplit(address)
        self._slow = seconds
        self._mode = Mode.WELL
        self._thawed = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    @property
    def url(self) -> str:
        user = self._address.username or "postgres"
        return f"postgresql://{user}@127.0.0.1:{self.port}{self._address.path}?sslmode=disable"

    def be(self, mode: Mode) -> None:
        """From now on; whoever was lost meanwhile stays lost."""
        if self._mode is Mode.HALF_OPEN and mode is not Mode.HALF_OPEN:
            self._abort()
        self._mode = mode
        if mode is Mode.FROZEN:
            self._thawed.clear()
        else:
            self._thawed.set()
        if mode is Mode.RESETTING:
            self._abort()

    async def ended(self) -> None:
        """Returns when nobody is connected any more."""
        while self._open:  # noqa: ASYNC110 - at the end of a test, where a moment does not matter
            await asyncio.sleep(0.01)

    def _abort(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._mode is Mode.RESETTING:
            writer.transport.abort()
            return
        folder = parse_qs(self._address.query)["host"][0]
        try:
            upstream = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, upstream[1]}
        self._open |= ends
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pass(reader, upstream[1]))
                ways.create_task(self._pass(upstream[0], writer))
        finally:
            self._open -= ends
            for end in ends:
                end.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The last is what uvloop says of a connection that is gone.
        with suppress(ConnectionError, RuntimeError):
            while part := await reader.read(CHUNK):
                await self._thawed.wait()
                if self._mode is Mode.SLOW:
                    await asyncio.sleep(self._slow)
                if self._mode is not Mode.HALF_OPEN:
                    writer.write(part)
                    await writer.drain()
        # The end of one way is the end of both.
        writer.transport.abort()


@asynccontextmanager
async def proxies(
    addresses: dict[str, str], departments: Iterable[str], seconds: float = 0.05
) -> AsyncIterator[dict[str, Proxy]]:
    """A proxy before each of these departments."""
    found: dict[str, Proxy] = {}
    async with AsyncExitStack() as stack:
        for department in departments:
            proxy = Proxy(addresses[department], seconds)
            proxy.be(Mode.WELL)
            server = await stack.enter_async_context(await asyncio.start_server(proxy.serve, "127.0.0.1", 0))
            proxy.port = server.sockets[0].getsockname()[1]
            found[department] = proxy
        try:
            yield found
        finally:
            for proxy in found.values():
                proxy.be(Mode.RESETTING)
                await proxy.ended()

"""uvicorn's HTTP protocol, with the bounds that it lacks: on connections, on the size of a head, and on time."""

import asyncio
from asyncio import TimerHandle
from collections.abc import Collection
from typing import ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
# How often within the time that clients have it is looked who has used it up.
_LOOKS = 8
_FIRST_HEAD = object()


class BoundedProtocol(HttpToolsProtocol):
    """Ends a connection whose request has too large a head, or does not arrive in time, or whose answer is not read in
    time; and one too many at once.

    What a client owes is looked up from time to time: a timer of their own would cost all the requests that keep it.
    """

    seconds: ClassVar[float] = 10.0
    most: ClassVar[int] = 1_000
    watch: ClassVar["Watch"]

    _reader: TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.write(BUSY)
            transport.close()
            return
        self.watch.over(cast("set[BoundedProtocol]", self.connections), self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Whoever does not read what they asked for may not have it kept for ever."""
        super().pause_writing()
        self._reader = self.loop.call_later(self.seconds, self.transport.abort)

    def resume_writing(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        head = self.scope
        # By its parent's name, where `super()` would cost every request a microsecond.
        HttpToolsProtocol.data_received(self, data)
        if self._is_in_head:
            # What came before it in the same piece is not this head's.
            is_same = self.cycle is None or self.scope is head  # type: ignore[redundant-expr]
            self._head_bytes = self._head_bytes + len(data) if is_same else 0
            if self._head_bytes > MAX_HEAD_BYTES:
                self._end(b"431 Request Header Fields Too Large")

    @property
    def _is_in_head(self) -> bool:
        """Of a request that is not there yet, the connection's first or another."""
        # Neither is there from the start, whatever uvicorn's types say.
        return self.cycle is None or self.cycle.scope is not self.scope  # type: ignore[redundant-expr]

    @property
    def owed(self) -> object:
        """What the client has begun to send, or has to: the same object until it is there. None if it is our turn."""
        if self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]
            # Whoever reads the body keeps its time.
            return None
        if self._is_in_head:
            return self.scope or _FIRST_HEAD  # type: ignore[unreachable]
        # Answered early, since the body was not wanted; it may end, but not go on for ever.
        return self.cycle if self.cycle.more_body else None

    def is_late(self) -> None:
        self._end(b"408 Request Timeout")

    def _end(self, status: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._is_in_head and self.scope:
            self.transport.write(b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % status)
        self.transport.close()


class Watch:
    """Looks from time to time which clients have owed the same for too long, while there are any."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._owing: dict[BoundedProtocol, tuple[object, float]] = {}
        self._timer: TimerHandle | None = None

    def over(self, connections: Collection[BoundedProtocol], loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None:
            self._timer = loop.call_later(self._seconds / _LOOKS, self._look, connections, loop)

    def _look(self, connections: Collection[BoundedProtocol], loop: asyncio.AbstractEventLoop) -> None:
        now, before, self._owing, self._timer = loop.time(), self._owing, {}, None
        for each in [*connections]:
            owed = each.owed
            if owed is None:
                continue
            what, since = before.get(each, (owed, now))
            if what is not owed:
                since = now
            if now - since >= self._seconds:
                each.is_late()
            else:
                self._owing[each] = (owed, since)
        if connections:
            self.over(connections, loop)


def bounded_protocol(seconds: float, most: int = BoundedProtocol.most) -> type[BoundedProtocol]:
    """The protocol with these limits of time and of connections; uvicorn makes one for each connection."""
    return type("BoundedProtocol", (BoundedProtocol,), {"seconds": seconds, "most": most, "watch": Watch(seconds)})

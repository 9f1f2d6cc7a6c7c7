"""uvicorn's HTTP protocol with limits of connections, size of headers, and time."""

import asyncio
from asyncio import TimerHandle
from collections.abc import Collection
from typing import ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
# Checks per timeout; a client is cut off at most an eighth of the timeout late.
_CHECKS_PER_TIMEOUT = 8
_FIRST_HEAD = object()
TOO_LARGE = b"431 Request Header Fields Too Large"


class HeadTooLargeError(Exception):
    """Stops the parser at headers that are too large."""


class BoundedProtocol(HttpToolsProtocol):
    """Closes a connection over the limit, or whose headers are too large, request too slow or answer not read.

    One timer checks all connections; a timer per request would cost every request.
    """

    timeout_seconds: ClassVar[float] = 10.0
    max_connections: ClassVar[int] = 1_000
    watch: ClassVar["TimeoutWatch"]

    _reader: TimerHandle | None = None
    # Of the incomplete headers, without the piece in which they begin.
    _head_bytes = 0
    # Since the last complete headers: an upper bound of the next ones.
    _received_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.max_connections:
            transport.write(BUSY)
            transport.close()
            return
        self.watch.start(cast("set[BoundedProtocol]", self.connections), self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        self.resume_writing()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Give the client `timeout_seconds` to read the answer, so that it is not kept for ever."""
        super().pause_writing()
        self._reader = self.loop.call_later(self.timeout_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None
        super().resume_writing()

    def data_received(self, data: bytes) -> None:
        head = self.scope
        self._received_bytes += len(data)
        # Not by `super()`, which would cost every request a microsecond.
        HttpToolsProtocol.data_received(self, data)
        if self._is_in_head:
            # Headers that begin inside this piece are counted from the next piece on.
            is_same = self.cycle is None or self.scope is head  # type: ignore[redundant-expr]
            self._head_bytes = self._head_bytes + len(data) if is_same else 0
            if self._head_bytes > MAX_HEAD_BYTES:
                self._end(TOO_LARGE)
        else:
            self._received_bytes = 0

    def on_headers_complete(self) -> None:
        """Measure the headers only if enough has arrived, so that ordinary requests cost no more."""
        if self._received_bytes > MAX_HEAD_BYTES and _head_size(self.url, self.headers) > MAX_HEAD_BYTES:
            self._end(TOO_LARGE)
            raise HeadTooLargeError
        HttpToolsProtocol.on_headers_complete(self)

    def send_400_response(self, msg: str) -> None:
        """The parser reports HeadTooLargeError as an invalid request, which has been answered."""
        if not self.transport.is_closing():
            super().send_400_response(msg)

    @property
    def _is_in_head(self) -> bool:
        """Whether the headers of the next request are incomplete."""
        # Both attributes are None at first, although uvicorn's types say otherwise.
        return self.cycle is None or self.cycle.scope is not self.scope  # type: ignore[redundant-expr]

    @property
    def pending_input(self) -> object:
        """Identifies what the client has to send next: the same object until it is complete. None if nothing."""
        if self.cycle is not None and not self.cycle.response_complete:  # type: ignore[redundant-expr]
            # The reader of the body has a timeout of its own.
            return None
        if self._is_in_head:
            return self.scope or _FIRST_HEAD  # type: ignore[unreachable]
        # The request was answered before its body was complete; the rest has the same timeout.
        return self.cycle if self.cycle.more_body else None

    def time_out(self) -> None:
        self._end(b"408 Request Timeout")

    def _end(self, status: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._is_in_head and self.scope:
            self.transport.write(b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % status)
        self.transport.close()


def _head_size(url: bytes, headers: Collection[tuple[bytes, bytes]]) -> int:
    """Bytes of the request's target and headers, each header with its colon, space and line end."""
    return len(url) + sum(len(name) + len(value) + 4 for name, value in headers)


class TimeoutWatch:
    """Times out connections that have waited for the same part of a request for too long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._pending: dict[BoundedProtocol, tuple[object, float]] = {}
        self._timer: TimerHandle | None = None

    def start(self, connections: Collection[BoundedProtocol], loop: asyncio.AbstractEventLoop) -> None:
        if self._timer is None:
            self._timer = loop.call_later(self._seconds / _CHECKS_PER_TIMEOUT, self._check, connections, loop)

    def _check(self, connections: Collection[BoundedProtocol], loop: asyncio.AbstractEventLoop) -> None:
        now, before, self._pending, self._timer = loop.time(), self._pending, {}, None
        for each in [*connections]:
            pending = each.pending_input
            if pending is None:
                continue
            what, since = before.get(each, (pending, now))
            if what is not pending:
                since = now
            if now - since >= self._seconds:
                each.time_out()
            else:
                self._pending[each] = (pending, since)
        if connections:
            self.start(connections, loop)


def bounded_protocol(seconds: float, max_connections: int = BoundedProtocol.max_connections) -> type[BoundedProtocol]:
    """The protocol class with these limits; uvicorn makes an instance per connection."""
    return type(
        "BoundedProtocol",
        (BoundedProtocol,),
        {"timeout_seconds": seconds, "max_connections": max_connections, "watch": TimeoutWatch(seconds)},
    )

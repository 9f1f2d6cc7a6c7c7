"""uvicorn's HTTP protocol, with the bounds that it lacks: on connections, on the size of a head, and on time."""

import asyncio
from asyncio import TimerHandle
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """Ends a connection whose request has too large a head, or does not arrive in time, or whose answer is not read in
    time; and one too many at once.

    Its parent is named, where `super()` would cost every request a microsecond.
    """

    seconds: ClassVar[float] = 10.0
    most: ClassVar[int] = 1_000

    _timer: TimerHandle | None = None
    _reader: TimerHandle | None = None
    _head_bytes = 0
    _is_in_head = True
    _is_in_message = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most:
            transport.write(BUSY)
            transport.close()
            return
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
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
        if self._is_in_head:
            self._head_bytes += len(data)
        HttpToolsProtocol.data_received(self, data)
        if not self._is_in_head:
            return
        if self._head_bytes > MAX_HEAD_BYTES:
            self._end(b"431 Request Header Fields Too Large")
        elif self._timer is None:
            # Most heads come in one piece and need no timer.
            self._start_timer()

    def on_message_begin(self) -> None:
        self._is_in_head = self._is_in_message = True
        if self._timer is not None:
            # What counted the time of the connection counts the head's from here.
            self._start_timer()
        HttpToolsProtocol.on_message_begin(self)

    def on_headers_complete(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        # From here on, whoever reads the body keeps the time.
        if self._timer is not None:
            self._stop_timer()
        HttpToolsProtocol.on_headers_complete(self)

    def on_message_complete(self) -> None:
        self._is_in_message = False
        if self._timer is not None:
            self._stop_timer()
        HttpToolsProtocol.on_message_complete(self)

    def on_response_complete(self) -> None:
        HttpToolsProtocol.on_response_complete(self)
        # Answered early, since the body was not wanted; it may end, but not go on for ever.
        if self._is_in_message:
            self._start_timer()

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(self.seconds, self._end, b"408 Request Timeout")

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self, status: bytes) -> None:
        if self.transport.is_closing():
            return
        if self._is_in_head and self._head_bytes:
            self.transport.write(b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % status)
        self.transport.close()


def bounded(seconds: float, most: int = BoundedProtocol.most) -> type[BoundedProtocol]:
    """The protocol with these limits of time and of connections; uvicorn makes one for each connection."""
    return type("BoundedProtocol", (BoundedProtocol,), {"seconds": seconds, "most": most})

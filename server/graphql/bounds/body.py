"""Reads a request's body within limits of size and time."""

import asyncio

from starlette.types import Receive

from resolvers.codes import Code
from server.graphql.bounds.alarms import Alarms
from server.graphql.refusals import Disconnected, Refusal

# More than proxies usually accept, and less than the protocol's limit for all headers.
MAX_QUERY_BYTES = 32 * 1024


class BodyReader:
    """Reads bodies of at most `max_bytes`, each within `timeout_ms`. A larger one is refused without reading on."""

    def __init__(self, max_bytes: int, timeout_ms: int) -> None:
        self._max_bytes = max_bytes
        self._alarms = Alarms(timeout_ms / 1000)

    async def read(self, receive: Receive, content_length: bytes | None) -> bytes:
        if content_length is not None and content_length.isdigit() and int(content_length[:20]) > self._max_bytes:
            raise self._too_large()
        task = asyncio.current_task()
        assert task is not None
        alarm = self._alarms.set(task.cancel)
        try:
            return await self._receive(receive)
        except asyncio.CancelledError:
            if not alarm.has_rung or task.uncancel():
                raise
            # Because the rest of the body may still arrive, the connection cannot be used again.
            closing = (b"connection", b"close")
            raise Refusal(Code.REQUEST_TIMEOUT, "The body did not arrive in time.", closing) from None
        finally:
            alarm.cancel()

    @staticmethod
    def check_url(query: bytes) -> None:
        if len(query) > MAX_QUERY_BYTES:
            raise Refusal(Code.URI_TOO_LONG, f"The query string has more than {MAX_QUERY_BYTES} bytes. Use POST.")

    async def _receive(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Disconnected
            part = message.get("body", b"")
            size += len(part)
            if size > self._max_bytes:
                raise self._too_large()
            parts.append(part)
            more = message.get("more_body", False)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _too_large(self) -> Refusal:
        return Refusal(Code.BODY_TOO_LARGE, f"The body has more than {self._max_bytes} bytes.")

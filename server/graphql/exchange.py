"""One HTTP exchange on bare ASGI: the request's relevant headers, and the response."""

import os
from dataclasses import dataclass
from typing import NamedTuple

from starlette.types import Message, Scope, Send

from resolvers.planning.plans import NOTHING_WITHHELD, Withholdings
from server.graphql.cors import REQUEST_ID
from server.graphql.media import CONTENT_TYPES, JSON
from server.graphql.refusals import Header

USED_HEADERS = frozenset(
    (
        b"accept",
        b"accept-encoding",
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"customer360-cost",
        b"customer360-dry-run",
        b"customer360-purpose",
        b"dpop",
        b"host",
        b"origin",
    )
)
# Because answers hold personal data and depend on the token, caches must not keep them.
ALWAYS: tuple[Header, ...] = (
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept, Accept-Encoding, Authorization, Customer360-Dry-Run, Customer360-Purpose, Origin"),
    (b"x-content-type-options", b"nosniff"),
)
_REQUEST_ID = REQUEST_ID.lower().encode()


class Response(NamedTuple):
    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    # For logs, metrics and traces.
    code: str | None = None
    withheld: Withholdings = NOTHING_WITHHELD
    points: int | None = None


@dataclass(slots=True)
class Exchange:
    """A request, and the media type of its answer once that is negotiated."""

    method: str
    query: bytes
    # The used headers. Values of a repeated header are joined by commas (RFC 9110, 5.3).
    headers: dict[bytes, bytes]
    repeated: set[bytes]
    request_id: str
    http_version: str = "1.1"
    media: str = JSON

    @classmethod
    def of(cls, scope: Scope) -> "Exchange":
        headers: dict[bytes, bytes] = {}
        repeated: set[bytes] = set()
        for name, value in scope["headers"]:
            if name in USED_HEADERS:
                if name in headers:
                    repeated.add(name)
                    headers[name] = b"%b, %b" % (headers[name], value)
                else:
                    headers[name] = value
        return cls(
            scope["method"],
            scope["query_string"],
            headers,
            repeated,
            os.urandom(16).hex(),
            scope.get("http_version", "1.1"),
        )

    async def send(self, send: Send, response: Response, more: list[Header]) -> None:
        body = response.body
        described: list[Header] = []
        if body:
            described = [
                (b"content-type", CONTENT_TYPES[self.media]),
                (b"content-length", str(len(body)).encode()),
            ]
        identity = (_REQUEST_ID, self.request_id.encode())
        headers = [*described, identity, *ALWAYS, *response.headers, *more]
        start: Message = {"type": "http.response.start", "status": response.status, "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": b"" if self.method == "HEAD" else body})

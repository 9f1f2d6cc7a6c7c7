"""One HTTP exchange, without a framework: what of the request counts, and how the response is sent."""

import os
from dataclasses import dataclass
from typing import NamedTuple

from starlette.types import Message, Scope, Send

from resolvers.planning.plans import NOTHING_WITHHELD, Withholdings
from server.graphql.cors import REQUEST_ID
from server.graphql.media import CONTENT_TYPES, JSON
from server.graphql.refusals import Header

COUNTED = frozenset(
    (
        b"accept",
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"customer360-cost",
        b"customer360-dry-run",
        b"customer360-purpose",
        b"dpop",
        b"origin",
    )
)
# Answers hold personal data and depend on the token: nobody on the way may keep them.
ALWAYS: tuple[Header, ...] = (
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept, Authorization, Customer360-Dry-Run, Customer360-Purpose, Origin"),
    (b"x-content-type-options", b"nosniff"),
)
_REQUEST_ID = REQUEST_ID.lower().encode()


class Response(NamedTuple):
    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    # What is told of it to those who operate the server.
    code: str | None = None
    withheld: Withholdings = NOTHING_WITHHELD
    points: int | None = None


@dataclass(slots=True)
class Exchange:
    """What came in, and the media type to answer with once it is negotiated."""

    method: str
    query: bytes
    # Those that count; of one that came several times all values, as the one list that RFC 9110 takes them for.
    headers: dict[bytes, bytes]
    repeated: set[bytes]
    request_id: str
    media: str = JSON

    @classmethod
    def of(cls, scope: Scope) -> "Exchange":
        headers: dict[bytes, bytes] = {}
        repeated: set[bytes] = set()
        for name, value in scope["headers"]:
            if name in COUNTED:
                if name in headers:
                    repeated.add(name)
                    headers[name] = b"%b, %b" % (headers[name], value)
                else:
                    headers[name] = value
        return cls(scope["method"], scope["query_string"], headers, repeated, os.urandom(16).hex())

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

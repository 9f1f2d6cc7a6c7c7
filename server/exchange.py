"""One HTTP exchange, without a framework: what of the request counts, and how the response is sent."""

import secrets
from dataclasses import dataclass, field

from starlette.types import Message, Scope, Send

from resolvers.plans import Withholdings
from server.cors import REQUEST_ID
from server.media import CONTENT_TYPES, JSON
from server.refusals import Header

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


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: tuple[Header, ...] = ()
    # What is told of it to those who operate the server.
    code: str | None = None
    withheld: Withholdings = field(default_factory=dict)
    points: int | None = None


@dataclass(slots=True)
class Exchange:
    """What came in, and the media type to answer with once it is negotiated."""

    method: str
    query: bytes
    headers: dict[bytes, list[bytes]]
    request_id: str = field(default_factory=lambda: secrets.token_hex(16))
    media: str = JSON

    @classmethod
    def of(cls, scope: Scope) -> "Exchange":
        headers: dict[bytes, list[bytes]] = {}
        for name, value in scope["headers"]:
            if name in COUNTED:
                headers.setdefault(name, []).append(value)
        return cls(scope["method"], scope["query_string"], headers)

    def all(self, name: bytes) -> list[bytes]:
        return self.headers.get(name, [])

    def one(self, name: bytes) -> bytes | None:
        """The header's value; several are one list, as RFC 9110 has it."""
        values = self.headers.get(name)
        return b", ".join(values) if values else None

    async def send(self, send: Send, response: Response, more: list[Header]) -> None:
        body = response.body
        described: list[Header] = []
        if body:
            described = [
                (b"content-type", CONTENT_TYPES[self.media]),
                (b"content-length", str(len(body)).encode()),
            ]
        identity = (_REQUEST_ID, self.request_id.encode())
        start: Message = {
            "type": "http.response.start",
            "status": response.status,
            "headers": [*described, identity, *ALWAYS, *response.headers, *more],
        }
        await send(start)
        await send({"type": "http.response.body", "body": b"" if self.method == "HEAD" else body})

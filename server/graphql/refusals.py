"""Refusals: requests that end with an HTTP status and a GraphQL error before they are executed."""

import orjson

from resolvers.codes import Code

Header = tuple[bytes, bytes]

STATUSES = {
    Code.BAD_REQUEST: 400,
    Code.UNAUTHENTICATED: 401,
    Code.STEP_UP_NEEDED: 401,
    Code.PURPOSE_NOT_ALLOWED: 403,
    Code.PURPOSE_UNKNOWN: 400,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.NOT_ACCEPTABLE: 406,
    Code.REQUEST_TIMEOUT: 408,
    Code.BODY_TOO_LARGE: 413,
    Code.DOCUMENT_NOT_TRUSTED: 403,
    Code.DOCUMENT_UNKNOWN: 400,
    Code.PERSISTED_QUERY_NOT_SUPPORTED: 400,
    Code.URI_TOO_LONG: 414,
    Code.UNSUPPORTED_MEDIA_TYPE: 415,
    Code.RATE_LIMITED: 429,
    Code.INTERNAL_SERVER_ERROR: 500,
    Code.OVERLOADED: 503,
}


class Refusal(Exception):
    """Ends a request. The client gets the message, which must not repeat anything personal."""

    def __init__(self, code: Code, message: str, *headers: Header, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.headers = headers
        self.status = status or STATUSES[code]

    @property
    def body(self) -> bytes:
        return orjson.dumps({"errors": [{"message": str(self), "extensions": {"code": self.code}}]})


class Disconnected(Exception):
    """The client disconnected before it was answered."""

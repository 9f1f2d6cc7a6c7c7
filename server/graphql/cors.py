"""CORS: pages of allowed origins may read answers. Cookies are never involved."""

from collections.abc import Collection

from server.graphql.bearer import PURPOSE
from server.graphql.refusals import Header

REQUEST_ID = "Customer360-Request-Id"
DRY_RUN = "Customer360-Dry-Run"
COST = "Customer360-Cost"
TRACEPARENT = "traceparent"
METHODS = b"GET, HEAD, POST, OPTIONS"
# The headers of this server, and those that clients and tracers add by themselves.
REQUEST_HEADERS = (
    "Authorization",
    "Content-Type",
    "DPoP",
    PURPOSE,
    DRY_RUN,
    COST,
    TRACEPARENT,
    "tracestate",
    "baggage",
    "apollographql-client-name",
    "apollographql-client-version",
    "x-requested-with",
)
EXPOSED_HEADERS = f"{REQUEST_ID}, WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy".encode()
PREFLIGHT_MAX_AGE_SECONDS = b"600"


class AllowedOrigins:
    """The allow-list of origins. Credentials mode stays off, because a page sends its token in a header."""

    def __init__(self, allowed: Collection[str], more_headers: Collection[str] = ()) -> None:
        self._allowed = frozenset(origin.encode("ascii") for origin in allowed)
        self._request_headers = ", ".join([*REQUEST_HEADERS, *sorted(more_headers)]).encode("ascii")

    def headers(self, origin: bytes | None) -> list[Header]:
        """Headers of an answer to a page of this origin."""
        if origin not in self._allowed:
            return []
        return [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", EXPOSED_HEADERS)]

    def preflight(self, origin: bytes | None) -> list[Header]:
        """Headers of the answer to a preflight request."""
        if origin not in self._allowed:
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", self._request_headers),
            (b"access-control-max-age", PREFLIGHT_MAX_AGE_SECONDS),
        ]

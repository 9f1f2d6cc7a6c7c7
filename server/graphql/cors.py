"""Which other origins' pages may read answers: those on the allow-list, without cookies."""

from collections.abc import Collection

from server.graphql.bearer import PURPOSE
from server.graphql.refusals import Header

REQUEST_ID = "Customer360-Request-Id"
DRY_RUN = "Customer360-Dry-Run"
COST = "Customer360-Cost"
TRACEPARENT = "traceparent"
METHODS = b"GET, HEAD, POST, OPTIONS"
REQUEST_HEADERS = f"Authorization, Content-Type, DPoP, {PURPOSE}, {DRY_RUN}, {COST}, {TRACEPARENT}".encode()
EXPOSED_HEADERS = f"{REQUEST_ID}, WWW-Authenticate, Retry-After, RateLimit, RateLimit-Policy".encode()
KEPT_SECONDS = b"600"


class AllowedOrigins:
    """The allow-list. Nothing lets a browser send credentials of its own: tokens are sent by the page."""

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(origin.encode("ascii") for origin in allowed)

    def headers(self, origin: bytes | None) -> list[Header]:
        """What an answer says to a page of this origin."""
        if origin not in self._allowed:
            return []
        return [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", EXPOSED_HEADERS)]

    def preflight(self, origin: bytes | None) -> list[Header]:
        """What the browser is told that asks before it sends."""
        if origin not in self._allowed:
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", REQUEST_HEADERS),
            (b"access-control-max-age", KEPT_SECONDS),
        ]

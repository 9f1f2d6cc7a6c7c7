"""The source of a request: the address of the client, as the trusted proxies in front report it."""

from starlette.requests import Request as HttpRequest


def source_of(request: HttpRequest, trusted_proxies: int) -> str:
    """The peer's address, or with `trusted_proxies` the entry of X-Forwarded-For that the outermost of them added.

    Entries further left come from the client, and may be anything.
    """
    peer = request.client.host if request.client else ""
    if trusted_proxies == 0:
        return peer
    forwarded = [each.strip() for line in request.headers.getlist("x-forwarded-for") for each in line.split(",")]
    return forwarded[-trusted_proxies] if len(forwarded) >= trusted_proxies else peer

"""Where a client stands with their points, in the headers RateLimit and RateLimit-Policy, and Retry-After."""

from math import ceil, floor

from resolvers.answering.throttle import Standing
from server.graphql.refusals import Header


def told(standing: Standing) -> tuple[Header, ...]:
    """The bucket's size and level, as draft-ietf-httpapi-ratelimit-headers writes them."""
    rate = standing.rate
    policy = f'"{standing.unit}";q={floor(rate.most)};w={ceil(rate.most / rate.per_second)}'
    level = f'"{standing.unit}";r={max(0, floor(standing.left))};t={standing.seconds_to_full}'
    return (b"ratelimit-policy", policy.encode()), (b"ratelimit", level.encode())


def retry_after(seconds: int | None) -> Header:
    return b"retry-after", str(seconds or 1).encode()

"""The HTTP status and headers of an answer, by its outcome and media type."""

from math import ceil, floor

from resolvers.answering.requests import Answer, Outcome
from resolvers.answering.throttle import Standing
from resolvers.codes import Code
from server.graphql.bounds.limiter import RETRY
from server.graphql.media import GRAPHQL_RESPONSE
from server.graphql.refusals import STATUSES, Header

ALLOW_POST: Header = (b"allow", b"POST")
# Faults that usually pass: the client may retry.
TRANSIENT = (Code.CORE_UNAVAILABLE, Code.ACCESS_LOG_UNAVAILABLE)


def answer_status(answer: Answer, media: str, partial_status: int) -> tuple[int, tuple[Header, ...]]:
    """The status, and the headers that belong to it and to the client's rate."""
    status, headers = _status(answer, media, partial_status)
    return status, headers if answer.standing is None else headers + _rate_headers(answer.standing)


def _status(answer: Answer, media: str, partial_status: int) -> tuple[int, tuple[Header, ...]]:
    if answer.code == Code.METHOD_NOT_ALLOWED:
        return STATUSES[Code.METHOD_NOT_ALLOWED], (ALLOW_POST,)
    if answer.code == Code.RATE_LIMITED:
        return STATUSES[Code.RATE_LIMITED], (_retry_after(answer.wait),)
    match answer.outcome:
        case Outcome.FAILED if answer.code in TRANSIENT:
            return 503, (RETRY,)
        case Outcome.FAILED:
            return 500, ()
        case Outcome.REFUSED if media == GRAPHQL_RESPONSE:
            return 400, ()
        case Outcome.PARTIAL if media == GRAPHQL_RESPONSE:
            return partial_status, ()
    # Because older clients expect 200 with application/json, so is every well-formed answer.
    return 200, ()


def _rate_headers(standing: Standing) -> tuple[Header, ...]:
    """The bucket's size and level, by draft-ietf-httpapi-ratelimit-headers."""
    rate = standing.rate
    policy = f'"{standing.unit}";q={floor(rate.capacity)};w={ceil(rate.capacity / rate.per_second)}'
    level = f'"{standing.unit}";r={max(0, floor(standing.left))};t={standing.seconds_to_full}'
    return (b"ratelimit-policy", policy.encode()), (b"ratelimit", level.encode())


def _retry_after(seconds: int | None) -> Header:
    return b"retry-after", str(seconds or 1).encode()

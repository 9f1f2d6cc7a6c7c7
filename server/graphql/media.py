"""Media types: negotiates that of the answer, and checks that of the body."""

from collections.abc import Iterator
from email.message import Message
from functools import lru_cache

from resolvers.codes import Code
from server.graphql.refusals import Refusal

# With the first the status code reports errors; with the second clients expect 200 for every answer.
GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
OFFERED = (GRAPHQL_RESPONSE, JSON)
CONTENT_TYPES = {media: f"{media}; charset=utf-8".encode() for media in OFFERED}
# Bounds the cache of negotiated headers.
MAX_ACCEPT_BYTES = 1024


def negotiate(accept: bytes | None) -> str:
    """The media type of the answer: JSON without a preference and for `*/*`, as older clients expect."""
    if accept is None:
        return JSON
    chosen = _choose(accept) if len(accept) <= MAX_ACCEPT_BYTES else None
    if chosen is None:
        raise Refusal(Code.NOT_ACCEPTABLE, f"Answers come as {GRAPHQL_RESPONSE} or {JSON}.")
    return chosen


def check_content_type(value: bytes | None) -> None:
    """Accept JSON in UTF-8 only, which a browser sends to another origin only after a preflight request."""
    if value is None or not _is_json(value):
        message = f"The body must be {JSON} in UTF-8, and the header Content-Type must say so."
        raise Refusal(Code.UNSUPPORTED_MEDIA_TYPE, message, (b"accept-post", JSON.encode()))


def check_encoding(value: bytes | None) -> None:
    """Refuse a compressed body, because a few KB of it could unpack to gigabytes."""
    if value is not None and value.strip().lower() not in (b"", b"identity"):
        message = "The body must not be compressed: leave out the header Content-Encoding."
        raise Refusal(Code.UNSUPPORTED_MEDIA_TYPE, message, (b"accept-encoding", b"identity"))


@lru_cache(maxsize=64)
def _choose(accept: bytes) -> str | None:
    accepted = list(_quality_values(accept.decode("latin-1")))
    grades = {media: _grade(media, accepted) for media in OFFERED}
    chosen = max(grades, key=lambda media: grades[media])
    return chosen if grades[chosen][0] else None


def _grade(media: str, accepted: list[tuple[str, float]]) -> tuple[float, int, bool]:
    """Sort key: quality, specificity of the range that gives it, and which of two equals is preferred."""
    ranges = ("*/*", "application/*", media)
    found = [(ranges.index(name), quality) for name, quality in accepted if name in ranges]
    exactness, quality = max(found, default=(0, 0.0))
    # A client that names both types reads status codes; one that names neither is an older client.
    return quality, exactness, media == (GRAPHQL_RESPONSE if exactness == 2 else JSON)


def _quality_values(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        name, _, rest = part.partition(";")
        parameters = [each.strip().lower() for each in rest.split(";") if each.strip()]
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        if all(not each.startswith("charset=") or "utf-8" in each for each in parameters):
            yield name.strip().lower(), _number(quality)


def _number(quality: str) -> float:
    try:
        return min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return 0.0


@lru_cache(maxsize=64)
def _is_json(value: bytes) -> bool:
    message = Message()
    message["Content-Type"] = value.decode("latin-1")
    charset = message.get_content_charset("utf-8")
    return message.get_content_type() == JSON and charset in ("utf-8", "utf8")

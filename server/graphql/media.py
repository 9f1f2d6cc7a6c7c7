"""Media types: which one an answer is sent as, and whether a body is one that we read."""

from collections.abc import Iterator
from email.message import Message
from functools import lru_cache

from resolvers.codes import Code
from server.graphql.refusals import Refusal

# With the first the status tells how it went; with the second a client expects 200 for every answer.
GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
OFFERED = (GRAPHQL_RESPONSE, JSON)
CONTENT_TYPES = {media: f"{media}; charset=utf-8".encode() for media in OFFERED}
# Longer headers than any client sends would only fill the memory of what was negotiated.
MAX_ACCEPT = 1024


def negotiate(accept: bytes | None) -> str:
    """The media type to answer with. Without a wish, and for `*/*`, it is what older clients expect."""
    if accept is None:
        return JSON
    chosen = _choose(accept) if len(accept) <= MAX_ACCEPT else None
    if chosen is None:
        raise Refusal(Code.NOT_ACCEPTABLE, f"Answers come as {GRAPHQL_RESPONSE} or {JSON}.")
    return chosen


def check_content_type(value: bytes | None) -> None:
    """Only JSON in UTF-8 is read: a browser cannot send that to another origin without asking first."""
    if value is None or not _is_json(value):
        message = f"The body must be {JSON} in UTF-8, and the header Content-Type must say so."
        raise Refusal(Code.UNSUPPORTED_MEDIA_TYPE, message, (b"accept-post", JSON.encode()))


def check_encoding(value: bytes | None) -> None:
    """A compressed body is not unpacked: a few KB of it could be gigabytes."""
    if value is not None and value.strip().lower() not in (b"", b"identity"):
        message = "The body must not be compressed: leave out the header Content-Encoding."
        raise Refusal(Code.UNSUPPORTED_MEDIA_TYPE, message, (b"accept-encoding", b"identity"))


@lru_cache(maxsize=64)
def _choose(accept: bytes) -> str | None:
    wishes = list(_wishes(accept.decode("latin-1")))
    grades = {media: _grade(media, wishes) for media in OFFERED}
    chosen = max(grades, key=lambda media: grades[media])
    return chosen if grades[chosen][0] else None


def _grade(media: str, wishes: list[tuple[str, float]]) -> tuple[float, int, bool]:
    """How much it is wanted, how exactly the range names it that says so, and which of two equals we take."""
    ranges = ("*/*", "application/*", media)
    found = [(ranges.index(name), quality) for name, quality in wishes if name in ranges]
    exactness, quality = max(found, default=(0, 0.0))
    # Who names both reads the one whose status speaks; who names none is an older client.
    return quality, exactness, media == (GRAPHQL_RESPONSE if exactness == 2 else JSON)


def _wishes(accept: str) -> Iterator[tuple[str, float]]:
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

"""Compresses large answers with gzip, at no cost to small ones (docs/adr/0056)."""

import asyncio
import gzip
import io
from functools import lru_cache
from secrets import randbelow

MIN_COMPRESSED_BYTES = 4 * 1024
# From this size on a thread compresses, so that the event loop goes on.
MIN_THREAD_BYTES = 32 * 1024
# Larger levels take several times as long for a few percent of JSON.
LEVEL = 1
# A random number of bytes in each answer hides differences of its length from an observer (BREACH).
MAX_PADDING_BYTES = 100


async def compress(body: bytes, accept_encoding: bytes | None) -> bytes | None:
    """The body as gzip, or None if the client does not accept gzip."""
    if accept_encoding is None or not _accepts_gzip(accept_encoding):
        return None
    if len(body) < MIN_THREAD_BYTES:
        return _gzip(body)
    return await asyncio.to_thread(_gzip, body)


def _gzip(body: bytes) -> bytes:
    # The padding is the file name in the header, which clients ignore.
    padding = "a" * (1 + randbelow(MAX_PADDING_BYTES))
    compressed = io.BytesIO()
    with gzip.GzipFile(padding, "wb", LEVEL, compressed, mtime=0) as file:
        file.write(body)
    return compressed.getvalue()


@lru_cache(maxsize=64)
def _accepts_gzip(accept_encoding: bytes) -> bool:
    """Whether gzip is named, or else `*`, with a quality other than 0 (RFC 9110, 12.5.3)."""
    qualities: dict[str, float] = {}
    for part in accept_encoding.decode("latin-1").lower().split(","):
        coding, _, parameter = part.partition(";")
        qualities[coding.strip()] = _quality(parameter.strip())
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def _quality(parameter: str) -> float:
    if not parameter.startswith("q="):
        return 1.0
    try:
        return float(parameter[2:])
    except ValueError:
        return 0.0

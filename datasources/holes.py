"""What stands in a text for what is not there yet: holes, which sections fill, and marks of faults.

They are told by control characters, which JSON holds only escaped: no data can look like them, and to find the next one
takes no longer than to copy the text.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from datasources.unavailable import Unavailable

# On both sides of the section's number, a dot and the subject's ordinal.
HOLE = "\x1d"
# Before a JSON string that says what is wrong.
MARK = "\x1c"
# Between the texts of a section for one customer and the next.
SEPARATOR = "\x1e"
# Between the place of an object in the list that was asked for, from 1, and its text.
PLACED = ":"

# Stands where a cursor names no row of the list.
BAD_CURSOR = f'{MARK}"cursor"'

_HOLE, _MARK, _SEPARATOR = HOLE.encode(), MARK.encode(), SEPARATOR.encode()


def down(department: str) -> str:
    """Stands in the place of what a department that did not answer would have said."""
    return f'{MARK}"down:{department}"'


def is_marked(text: bytes) -> bool:
    return _MARK in text


def parsed(text: bytes) -> Any:
    """What the text holds. Each mark is a string that begins with NUL, as none of PostgreSQL's can."""
    return orjson.loads(text.replace(_MARK + b'"', b'"\\u0000'))


def filled(text: bytes, sections: Mapping[int, Sequence[bytes]]) -> bytes:
    """The text with every hole filled by its section's text for that customer, however deep."""
    texts: dict[bytes, bytes] = {}
    for section, its in sections.items():
        texts.update(zip(_references(section, len(its)), its, strict=True))
    while _HOLE in text:
        pieces = text.split(_HOLE)
        pieces[1::2] = [texts[reference] for reference in pieces[1::2]]
        text = b"".join(pieces)
    return text


def texts_of(joined: bytes | None, customers: int) -> list[bytes]:
    """The texts of so many customers. Raises Unavailable for another number: nobody must get those of somebody else."""
    texts = [] if joined is None else joined.split(_SEPARATOR)
    if len(texts) != customers:
        raise Unavailable("other texts than of its customers")
    return texts


@lru_cache(maxsize=100)
def _references(section: int, ordinals: int) -> Sequence[bytes]:
    return [b"%d.%d" % (section, ordinal) for ordinal in range(1, ordinals + 1)]

"""Placeholders in an answer's text: holes that sections fill, and marks of faults that become errors.

Both begin with control characters. JSON contains these only escaped, so no data can look like a placeholder, and
finding the next one costs no more than copying the text.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson

from datasources.unavailable import Unavailable

# Encloses a hole's reference: the section's number, a dot, the subject's ordinal.
HOLE = "\x1d"
# Precedes a JSON string that names a fault.
MARK = "\x1c"
# Separates the texts of a section, one for each customer.
SEPARATOR = "\x1e"
# Separates an object's place in the list of ids, from 1, and its text.
PLACED = ":"

# In place of a list whose cursor names none of its rows.
BAD_CURSOR = f'{MARK}"cursor"'
# In place of the customer of a lookup that several visible customers match.
AMBIGUOUS = f'{MARK}"ambiguous"'

_HOLE, _MARK, _SEPARATOR = HOLE.encode(), MARK.encode(), SEPARATOR.encode()


def down_mark(department: str) -> str:
    """In place of what a department that did not answer would have returned."""
    return f'{MARK}"down:{department}"'


def bad_data_mark(department: str, coordinate: str) -> str:
    """In place of a field whose value the department's data do not allow to be shown."""
    return f'{MARK}"data:{department}:{coordinate}"'


def is_marked(text: bytes) -> bool:
    return _MARK in text


def parse_marked(text: bytes) -> Any:
    """Parse the text. Each mark becomes a string that begins with NUL, which no string of PostgreSQL can contain."""
    return orjson.loads(text.replace(_MARK + b'"', b'"\\u0000'))


def fill_holes(text: bytes, sections: Mapping[int, Sequence[bytes]]) -> bytes:
    """The text with every hole replaced by its section's text for that customer, at any depth."""
    texts: dict[bytes, bytes] = {}
    for section, its in sections.items():
        texts.update(zip(_references(section, len(its)), its, strict=True))
    while _HOLE in text:
        pieces = text.split(_HOLE)
        pieces[1::2] = [texts[reference] for reference in pieces[1::2]]
        text = b"".join(pieces)
    return text


def split_texts(joined: bytes | None, customers: int) -> list[bytes]:
    """The texts of this many customers.

    Raises Unavailable for another number of texts, because each would then stand under another customer.
    """
    texts = [] if joined is None else joined.split(_SEPARATOR)
    if len(texts) != customers:
        raise Unavailable("other texts than of its customers")
    return texts


@lru_cache(maxsize=100)
def _references(section: int, ordinals: int) -> Sequence[bytes]:
    return [b"%d.%d" % (section, ordinal) for ordinal in range(1, ordinals + 1)]

"""The one place where text of ours becomes SQL: literals of names, never of values that somebody sent."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, cast, func, literal_column

# Between the texts of a section for one customer and the next; JSON cannot hold it unescaped.
SEPARATOR = "\x1e"


def literal(text: str) -> ColumnElement[str]:
    """A string literal. Only for names that GraphQL's grammar or our own code limits; values always bind."""
    quoted = text.replace("'", "''")
    if "\\" in text or "\0" in text or not text.isascii():
        quoted = quoted.replace("\\", "\\\\").replace("\0", "")
        # ASCII alone, so that Python keeps the statement in one byte a character.
        quoted = "".join(each if each.isascii() else f"\\U{ord(each):08X}" for each in quoted)
        return literal_column(f"E'{quoted}'", Text())
    return literal_column(f"'{quoted}'", Text())


def number(value: int) -> ColumnElement[int]:
    """An integer literal: list sizes and flag bits, which PostgreSQL should see when it plans."""
    return literal_column(str(int(value)), Integer())


def all_of(name: str) -> ColumnElement[Any]:
    """All columns of a sub-select."""
    return literal_column(f"{name}.*")


def separator() -> ColumnElement[str]:
    return cast(func.chr(number(ord(SEPARATOR))), Text())

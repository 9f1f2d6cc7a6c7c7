"""The one place where text of ours becomes SQL: literals of names, never of values that somebody sent."""

from sqlalchemy import ColumnElement, Integer, Text, cast, func, literal_column

# Between the texts of a section for one customer and the next; JSON cannot hold it unescaped.
SEPARATOR = "\x1e"


def literal(text: str) -> ColumnElement[str]:
    """A string literal. Only for names that GraphQL's grammar or our own code limits; values always bind."""
    if "\\" in text or "\0" in text:
        return literal_column("E'" + text.replace("\\", "\\\\").replace("'", "''").replace("\0", "") + "'", Text())
    return literal_column("'" + text.replace("'", "''") + "'", Text())


def number(value: int) -> ColumnElement[int]:
    """An integer literal: list sizes and flag bits, which PostgreSQL should see when it plans."""
    return literal_column(str(int(value)), Integer())


def separator() -> ColumnElement[str]:
    return cast(func.chr(number(ord(SEPARATOR))), Text())

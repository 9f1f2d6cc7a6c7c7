"""The one place where text of ours becomes SQL: literals of names, never of values that somebody sent."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, literal_column


def literal(text: str) -> ColumnElement[str]:
    """A string literal. Only for names that GraphQL's grammar or our own code limits; values always bind."""
    quoted = text.replace("'", "''")
    if "\\" in text or not _is_plain(text):
        quoted = quoted.replace("\\", "\\\\").replace("\0", "")
        quoted = "".join(each if _is_plain(each) else f"\\U{ord(each):08X}" for each in quoted)
        return literal_column(f"E'{quoted}'", Text())
    return literal_column(f"'{quoted}'", Text())


def _is_plain(text: str) -> bool:
    """ASCII alone, so that Python keeps the statement in one byte a character; and nothing that cannot be read."""
    return text.isascii() and text.isprintable()


def number(value: int) -> ColumnElement[int]:
    """An integer literal: list sizes and flag bits, which PostgreSQL should see when it plans."""
    return literal_column(str(int(value)), Integer())


def all_of(name: str) -> ColumnElement[Any]:
    """All columns of a sub-select."""
    return literal_column(f"{name}.*")

"""Text in SQL: literals of our own, and text without case. Values of a request are always bound."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, collate, func, literal_column


def literal(text: str) -> ColumnElement[str]:
    """A string literal, only for names that GraphQL's grammar or our own code restricts."""
    quoted = text.replace("'", "''")
    if "\\" in text or not _is_plain(text):
        quoted = quoted.replace("\\", "\\\\").replace("\0", "")
        quoted = "".join(each if _is_plain(each) else f"\\U{ord(each):08X}" for each in quoted)
        return literal_column(f"E'{quoted}'", Text())
    return literal_column(f"'{quoted}'", Text())


def _is_plain(text: str) -> bool:
    """Printable ASCII, so that Python keeps the statement in one byte for each character."""
    return text.isascii() and text.isprintable()


def number(value: int) -> ColumnElement[int]:
    """An integer literal, for list sizes and flag bits, which PostgreSQL uses when it plans."""
    return literal_column(str(int(value)), Integer())


def all_of(name: str) -> ColumnElement[Any]:
    """All columns of a sub-select."""
    return literal_column(f"{name}.*")


def fold(text: ColumnElement[Any]) -> ColumnElement[str]:
    """Fold case and normal form, letter by letter, so that a prefix of a text is a prefix of the folded text.

    By upper case first, because two lower case letters may share one: the two forms of sigma. The collation is
    PostgreSQL's own, whose letters do not depend on the system.
    """
    in_nfc = func.normalize(text, type_=Text())
    upper: ColumnElement[str] = func.upper(collate(in_nfc, "pg_c_utf8"), type_=Text())
    return func.lower(upper, type_=Text())

"""Shapes: how each GraphQL type and each of its fields is expressed over a department's tables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Select, Text, cast, func
from sqlalchemy.types import TypeEngine

from datasources.json_text import Kind
from datasources.plan import Parameter
from datasources.rows import Column, Row
from datasources.sql_text import literal

Expression = Callable[[Row], Column]
Test = Callable[[Row], ColumnElement[bool]]
Link = Callable[[Row, Row], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar: an expression over the row, and how it is spelled."""

    kind: Kind
    expression: Expression
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Amount:
    """Money: an exact amount and its currency; null where the amount is."""

    amount: Expression
    currency: Expression


@dataclass(frozen=True, slots=True)
class Total:
    """Money that is added up: `rows(row, spell)` selects `spell(amount, currency)` from one row, or from none."""

    rows: Callable[[Row, Callable[[Column, Column], ColumnElement[str]]], Select[Any]]


@dataclass(frozen=True, slots=True)
class Inside:
    """An object that stands in the same row; null where `present` fails."""

    type: str
    present: Test | None = None


@dataclass(frozen=True, slots=True)
class One:
    """An object that is one row of another table, or null."""

    type: str
    on: Link


@dataclass(frozen=True, slots=True)
class Many:
    """A list that is short by its nature, whole and in the order of its shape."""

    type: str
    on: Link


@dataclass(frozen=True, slots=True)
class Pages:
    """A connection: a list read page by page, in the order of its shape. Its rows may count for as long as the row
    they are reached from, which needs no test of its own then.
    """

    type: str
    on: Link
    lives_with: bool = False


@dataclass(frozen=True, slots=True)
class Department:
    """What one department knows of the subject: an object that is always there."""

    type: str
    name: str


@dataclass(frozen=True, slots=True)
class SubjectLink:
    """Back to the customer that the row is about."""


Bind = Callable[[Parameter, TypeEngine[Any]], ColumnElement[Any]]
Lookup = Callable[[Row, Bind, Parameter], ColumnElement[bool]]

Coordinate = Value | Amount | Total | Inside | One | Many | Pages | Department | SubjectLink


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a list's own order: a field of the shape, which is governed like any use of it."""

    field: str
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """One GraphQL type over one table.

    An interface or union has `variants`: the concrete type for each value of `discriminator`, all over the same row.
    `identity` names the column that tells rows apart: the cursor, and the last key of every order.
    `alive` tells the rows that still count: those within their retention. `lookups` are ways to find a row by what is
    not a column of its own (a customer by one of their phone numbers).
    """

    type: str
    department: str
    table: FromClause | None = None
    fields: Mapping[str, Coordinate] = field(default_factory=dict)
    order: tuple[Key, ...] = ()
    identity: str = "id"
    alive: Test | None = None
    discriminator: Expression | None = None
    variants: Mapping[str, str] = field(default_factory=dict)
    lookups: Mapping[str, "Lookup"] = field(default_factory=dict)
    # Another department's object, of which core knows no more than whom it is about.
    is_reference: bool = False


Shapes = Mapping[str, Shape]


def text(column: str) -> Value:
    """Text that somebody wrote."""
    return Value(Kind.TEXT, lambda row: row[column])


def word(column: str) -> Value:
    """Text that cannot need escaping: codes, E.164 numbers, ISO codes, ids."""
    return Value(Kind.WORD, lambda row: row[column])


def count(column: str) -> Value:
    """A whole number."""
    return Value(Kind.NUMBER, lambda row: row[column])


def ratio(column: str) -> Value:
    """A number with a fraction, a GraphQL Float."""
    return Value(Kind.NUMBER, lambda row: row[column])


def decimal(column: str) -> Value:
    """An exact decimal, as a string."""
    return Value(Kind.DECIMAL, lambda row: row[column])


def flag(column: str) -> Value:
    """True or false."""
    return Value(Kind.BOOLEAN, lambda row: row[column])


def date(column: str) -> Value:
    """A day, RFC 3339 full-date."""
    return Value(Kind.TIME, lambda row: row[column])


def moment(column: str) -> Value:
    """A point in time, RFC 3339 in UTC."""
    return Value(Kind.TIME, lambda row: row[column])


def money(column: str, currency: str = "currency") -> Amount:
    return Amount(lambda row: row[column], lambda row: row[currency])


def of_subject(row: Row, other: Row) -> ColumnElement[bool]:
    """The other row is about the same customer."""
    return other["customer_id"] == row.subject.id


def within_retention(row: Row) -> ColumnElement[bool]:
    """Rows past the last day of their retention read as erased, purged or not. The clock is core's."""
    until = row["retain_until"]
    return until.is_(None) | (until >= cast(row.subject.as_of, Date()))


def global_id(type_: str) -> Value:
    """The id of a department's object: opaque to clients. It carries the customer's id, so that flags come first."""

    def expression(row: Row) -> Column:
        return func.concat(literal(f"{type_}_"), row["customer_id"], literal("_"), row["id"], type_=Text())

    return Value(Kind.WORD, expression, nullable=False)

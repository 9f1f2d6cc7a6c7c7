"""Shapes: how each GraphQL type and each of its fields is expressed over a department's tables."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Select, Text, cast, func
from sqlalchemy.types import TypeEngine

from datasources.columns import Money, kind_of
from datasources.json_text import Kind
from datasources.plan import Parameter
from datasources.rows import Column, Row
from datasources.sql_text import literal

Expression = Callable[[Row], Column]
Test = Callable[[Row], ColumnElement[bool]]
Link = Callable[[Row, Row], ColumnElement[bool]]


def of_subject(row: Row, other: Row) -> ColumnElement[bool]:
    """The other row is about the same customer."""
    return other["customer_id"] == row.subject.id


@dataclass(frozen=True, slots=True)
class Value:
    """A scalar: an expression over the row, and how it is spelled."""

    kind: Kind
    expression: Expression
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Renamed:
    """A column that has another name than the field."""

    column: str


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
class Totals(Total):
    """The same in several currencies: `rows` selects a JSON list of what it spelled."""


@dataclass(frozen=True, slots=True)
class Inside:
    """An object that stands in the same row; null where `present` fails."""

    type: str
    present: Test | None = None


@dataclass(frozen=True, slots=True)
class One:
    """An object that is one row of another table, or null."""

    type: str
    on: Link = of_subject


@dataclass(frozen=True, slots=True)
class Many:
    """A list that is short by its nature, whole and in the order of its shape."""

    type: str
    on: Link = of_subject


@dataclass(frozen=True, slots=True)
class Pages:
    """A connection: a list read page by page, in the order of its shape. Its rows may count for as long as the row
    they are reached from, which needs no test of its own then.
    """

    type: str
    on: Link = of_subject
    lives_with: bool = False


@dataclass(frozen=True, slots=True)
class DepartmentLink:
    """What one department knows of the subject: an object that is always there."""

    type: str
    name: str


@dataclass(frozen=True, slots=True)
class SubjectLink:
    """Back to the customer that the row is about."""


@dataclass(frozen=True, slots=True)
class OtherCustomer:
    """The id of another customer, which the column holds. It is NULL unless that customer exists for the viewer."""

    column: str


Bind = Callable[[Parameter, TypeEngine[Any]], ColumnElement[Any]]
Lookup = Callable[[Row, Bind, Parameter], ColumnElement[bool]]

Coordinate = Value | Amount | Total | Inside | One | Many | Pages | DepartmentLink | SubjectLink | OtherCustomer


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a list's own order: a field of the shape, which is governed like any use of it."""

    field: str
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Shape:
    """One GraphQL type over one table.

    `fields` says only what is not the column of its own name: another column, an expression, an object, a list.
    `coordinate` answers for the rest.
    An interface or union has `variants`: the concrete type for each value of `discriminator`, all over the same row.
    `identity` names the column that tells rows apart: the cursor, and the last key of every order.
    `alive` tells the rows that still count: those within their retention. `lookups` are ways to find a row by what is
    not a column of its own (a customer by one of their phone numbers).
    """

    type: str
    department: str
    table: FromClause | None = None
    fields: Mapping[str, Coordinate | Renamed] = field(default_factory=dict)
    order: tuple[Key, ...] = ()
    identity: str = "id"
    alive: Test | None = None
    discriminator: Expression | None = None
    variants: Mapping[str, str] = field(default_factory=dict)
    lookups: Mapping[str, "Lookup"] = field(default_factory=dict)
    # Values are checked as they leave, because the department's tables lack constraints of ours.
    is_checked: bool = False
    # Another department's object, of which core knows the customer's id only.
    is_reference: bool = False

    def coordinate(self, name: str) -> Coordinate:
        """What the field of this name is. Raises LookupError for one that is neither declared nor a column."""
        match self.fields.get(name):
            case None:
                return self._default(name)
            case Renamed(column=column):
                return self._shown(column)
            case declared:
                return declared

    def _default(self, name: str) -> Coordinate:
        if name == "id":
            return global_id(self.type) if self.table is not None else subject_id()
        if name == "customer":
            return SubjectLink()
        column = _CAPITAL.sub(r"_\1", name).lower()
        if self.table is None or column not in self.table.c:
            raise LookupError(f"the shape of {self.type} declares no {name}, and its table has no column {column}")
        return self._shown(column)

    def _shown(self, column: str) -> Value | Amount:
        """A column as it is, spelled by its type."""
        assert self.table is not None
        type_ = self.table.c[column].type
        if isinstance(type_, Money):
            return Amount(lambda row: row[column], lambda row: row["currency"])
        return Value(kind_of(type_), lambda row: row[column])


Shapes = Mapping[str, Shape]


def with_checks(shapes: Shapes, departments: Collection[str]) -> Shapes:
    """The shapes, with the values of these departments checked as they leave."""
    return {name: replace(each, is_checked=each.department in departments) for name, each in shapes.items()}


_CAPITAL = re.compile(r"([A-Z])")


def within_retention(row: Row) -> ColumnElement[bool]:
    """Rows past the last day of their retention read as erased, purged or not. The clock is core's."""
    until = row["retain_until"]
    return until.is_(None) | (until >= cast(row.subject.as_of, Date()))


def subject_id() -> Value:
    """The id of what a department knows of a customer: the customer's own."""
    return Value(Kind.WORD, lambda row: row.subject.id, nullable=False)


def global_id(type_: str) -> Value:
    """The id of a department's object: opaque to clients. It carries the customer's id, so that flags come first."""

    def expression(row: Row) -> Column:
        return func.concat(literal(f"{type_}_"), row["customer_id"], literal("_"), row["id"], type_=Text())

    return Value(Kind.WORD, expression, nullable=False)

"""Plain shapes: how each GraphQL type and each of its fields is expressed over the plain rows of a source."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from datasources.json_text import Kind
from datasources.plan import Variables
from datasources.shapes import Key, SubjectLink

PlainRow = Mapping[str, Any]


@dataclass(slots=True)
class PlainSubject:
    """The customer that plain rows are about, from core's answer, with the rows that were fetched, by resource.

    `ordinal` numbers the customers of the answer from 1. Of entities, `row` is the object's id and `batch` its batch.
    """

    id: str
    flags: int
    as_of: datetime
    ordinal: int
    variables: Variables
    rows: Mapping[str, Sequence[PlainRow]]
    row: str | None = None
    batch: int = 0
    _groups: dict[tuple[str, str], Mapping[Any, Sequence[PlainRow]]] = field(default_factory=dict)

    def where(self, resource: str, column: str, value: Any) -> Sequence[PlainRow]:
        """The rows that have this value in the column."""
        groups = self._groups.get((resource, column))
        if groups is None:
            made = defaultdict(list)
            for row in self.rows[resource]:
                made[row[column]].append(row)
            groups = self._groups[resource, column] = dict(made)
        return groups.get(value, ())


Read = Callable[[PlainRow, PlainSubject], Any]
# Writes a row's part of an answer as JSON; a piece is either that or text that is the same for every row.
Write = Callable[[PlainRow, PlainSubject], str]
Piece = str | Write


@dataclass(frozen=True, slots=True)
class Reads:
    """A function of a row, with the columns that it reads, of the row itself and of other resources."""

    read: Read
    columns: tuple[str, ...] = ()
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __call__(self, row: PlainRow, subject: PlainSubject) -> Any:
        return self.read(row, subject)


def reads(*columns: str, **others: tuple[str, ...]) -> Callable[[Read], Reads]:
    """Declare the columns that a function reads, so that only these are fetched for it."""
    return lambda read: Reads(read, columns, others)


def column(name: str) -> Reads:
    return Reads(lambda row, _: row[name], (name,))


@dataclass(frozen=True, slots=True)
class PlainValue:
    """A scalar: what is read from the row, and how it is spelled."""

    kind: Kind
    value: Reads


@dataclass(frozen=True, slots=True)
class PlainAmount:
    """Money: an exact amount and its currency; null where the amount is."""

    amount: Reads
    currency: Reads


@dataclass(frozen=True, slots=True)
class PlainInside:
    """An object that stands in the same row; null where `present` fails."""

    type: str
    present: Reads | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Which rows belong to a row: those of the same customer whose column `theirs` equals the row's column `mine`."""

    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class PlainOne:
    """An object that is one row of another resource, or null."""

    type: str
    match: Match


@dataclass(frozen=True, slots=True)
class PlainMany:
    """A short list, without pages, in the order of its shape. Without a match it has all rows of the customer."""

    type: str
    match: Match | None = None


@dataclass(frozen=True, slots=True)
class PlainPages:
    """A connection: a list read page by page, in the order of its shape."""

    type: str
    match: Match | None = None


PlainLists = PlainOne | PlainMany | PlainPages
PlainCoordinate = PlainValue | PlainAmount | PlainInside | PlainLists | SubjectLink


@dataclass(frozen=True, slots=True)
class PlainShape:
    """One GraphQL type over one resource; over none if it is about the customer as a whole.

    An interface or union has `variants`: the concrete type for each value of `discriminator`, all over the same row.
    `alive` is the test for rows within their retention.
    """

    type: str
    resource: str | None = None
    fields: Mapping[str, PlainCoordinate] = field(default_factory=dict)
    order: tuple[Key, ...] = ()
    alive: Reads | None = None
    discriminator: Reads | None = None
    variants: Mapping[str, str] = field(default_factory=dict)


PlainShapes = Mapping[str, PlainShape]


def value(kind: Kind, name: str) -> PlainValue:
    """A column, unchanged."""
    return PlainValue(kind, column(name))


def subject_id() -> PlainValue:
    """The id of what a department knows of a customer: the customer's own."""

    @reads()
    def its_id(_: PlainRow, subject: PlainSubject) -> str:
        return subject.id

    return PlainValue(Kind.WORD, its_id)


def global_id(type_: str) -> PlainValue:
    """The global id of a department's object, which contains the customer's id."""

    @reads("customer_id", "id")
    def its_id(row: PlainRow, _: PlainSubject) -> str:
        return f"{type_}_{row['customer_id']}_{row['id']}"

    return PlainValue(Kind.WORD, its_id)


@reads("retain_until")
def within_retention(row: PlainRow, subject: PlainSubject) -> bool:
    """Whether the row is within its retention. A row past it is treated as erased. The clock is core's."""
    until = row["retain_until"]
    return until is None or bool(until >= subject.as_of.date())

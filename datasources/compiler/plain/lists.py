"""Lists and connections over plain rows: the same orders, filters, pages and cursors as a statement's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from auth.policy.effects import ALWAYS, Condition
from datasources.compiler.plain.comparisons import Test, filtering
from datasources.compiler.plain.connections import PlainPage, connection
from datasources.compiler.plain.needs import Needs
from datasources.compiler.plain.orders import ordering
from datasources.compiler.plain.texts import NULL, as_write
from datasources.holes import BAD_CURSOR
from datasources.plan import MAX_ROWS_PER_LIST, Field, Page, Parameter, Size
from datasources.sources.shapes import (
    Piece,
    PlainLists,
    PlainMany,
    PlainOne,
    PlainPages,
    PlainRow,
    PlainShape,
    PlainShapes,
    PlainSubject,
    Write,
)
from datasources.sources.source import IDENTITY

Rows = Callable[[PlainRow, PlainSubject], Sequence[PlainRow]]


class ObjectWriter(Protocol):
    """Compiles the object that each row of a list answers."""

    @property
    def shapes(self) -> PlainShapes: ...

    @property
    def needs(self) -> Needs: ...

    def object(
        self, shape: PlainShape, fields: Mapping[str, tuple[Field, ...]], known: Condition = ALWAYS
    ) -> Piece: ...


@dataclass(frozen=True, slots=True)
class ListWriter:
    """Compiles lists for `writer`."""

    writer: ObjectWriter

    def value(self, shape: PlainShape, coordinate: PlainLists, asked: Field, known: Condition) -> Write:
        related = self._related(shape, coordinate)
        its = self.writer.shapes[coordinate.type]
        match coordinate:
            case PlainOne():
                return _one(related, as_write(self.writer.object(its, asked.fields, known)))
            case PlainMany():
                return _many(self._ordered(related, its, asked), as_write(self.writer.object(its, asked.fields, known)))
            case PlainPages():
                return self._connection(self._ordered(related, its, asked), its, asked, known)

    def found(self, shape: PlainShape, column: str, value: Callable[[PlainSubject], str | None], asked: Field) -> Write:
        """The object of the customer with this value in the column, or null."""
        resource = self._resource(shape)
        self.writer.needs.add(resource, column)
        alive = self._alive(shape)
        write = as_write(self.writer.object(shape, asked.fields))
        return _one(lambda _, subject: alive(subject.where(resource, column, value(subject)), subject), write)

    def _related(self, shape: PlainShape, coordinate: PlainLists) -> Rows:
        its = self.writer.shapes[coordinate.type]
        resource, match = self._resource(its), coordinate.match
        alive = self._alive(its)
        if match is None:
            return lambda _, subject: alive(subject.rows[resource], subject)
        self.writer.needs.add(resource, match.theirs)
        self.writer.needs.add(shape.resource, match.mine)
        theirs, mine = match.theirs, match.mine
        return lambda row, subject: alive(subject.where(resource, theirs, row[mine]), subject)

    def _resource(self, shape: PlainShape) -> str:
        assert shape.resource is not None, f"{shape.type} is no list's type: it has no rows"
        self.writer.needs.add(shape.resource)
        return shape.resource

    def _alive(self, shape: PlainShape) -> Callable[[Sequence[PlainRow], PlainSubject], Sequence[PlainRow]]:
        alive = shape.alive
        if alive is None:
            return lambda rows, _: rows
        self.writer.needs.add_reads(shape, alive)
        test = alive.read
        return lambda rows, subject: [row for row in rows if test(row, subject)]

    def _ordered(self, related: Rows, shape: PlainShape, asked: Field) -> Rows:
        order = ordering(shape, asked.orders, self.writer.needs)
        return lambda row, subject: order(related(row, subject), subject)

    def _connection(self, ordered: Rows, shape: PlainShape, asked: Field, known: Condition) -> Write:
        page = asked.page or Page(Size(MAX_ROWS_PER_LIST))
        tests = filtering(shape, asked.filters, self.writer.needs)
        write = connection(asked, page, lambda fields: as_write(self.writer.object(shape, fields, known)))

        def written(row: PlainRow, subject: PlainSubject) -> str:
            rows = ordered(row, subject)
            between = _between(rows, page, subject)
            return BAD_CURSOR if between is None else write(_page(rows, between, page, tests, subject))

        return written


def _one(rows: Rows, write: Write) -> Write:
    def written(row: PlainRow, subject: PlainSubject) -> str:
        found = rows(row, subject)
        return write(found[0], subject) if found else NULL

    return written


def _many(rows: Rows, write: Write) -> Write:
    return lambda row, subject: "[" + ",".join([write(each, subject) for each in rows(row, subject)]) + "]"


def _between(rows: Sequence[PlainRow], page: Page, subject: PlainSubject) -> Sequence[PlainRow] | None:
    """The rows between the page's cursors; None where one names none of the rows. It keeps its place in the order even
    if a filter leaves it out.
    """
    start, end = 0, len(rows)
    for cursor, is_after in page.cursors:
        place = _place(rows, cursor, subject)
        if place is None:
            return None
        start, end = (place + 1, end) if is_after else (start, place)
    return rows[start:end]


def _place(rows: Sequence[PlainRow], cursor: Parameter, subject: PlainSubject) -> int | None:
    named = str(cursor.read(subject.variables))
    return next((place for place, row in enumerate(rows) if row[IDENTITY] == named), None)


def _page(
    rows: Sequence[PlainRow], between: Sequence[PlainRow], page: Page, tests: Sequence[Test], subject: PlainSubject
) -> PlainPage:
    def narrowed(some: Sequence[PlainRow]) -> Sequence[PlainRow]:
        return [row for row in some if all(test(row, subject) for test in tests)] if tests else some

    found = narrowed(between)
    count = page.size.limit if page.size.count is None else page.size.count.read(subject.variables)
    part = found[max(0, len(found) - count) :] if page.backwards else found[:count]
    return PlainPage(part, len(found) > count, lambda: len(narrowed(rows)), subject)

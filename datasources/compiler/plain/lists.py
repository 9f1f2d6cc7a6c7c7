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

    def value(self, shape: PlainShape, coordinate: PlainLists, field: Field, known: Condition) -> Write:
        related = self._related(shape, coordinate)
        its = self.writer.shapes[coordinate.type]
        match coordinate:
            case PlainOne():
                return _one(related, as_write(self.writer.object(its, field.fields, known)))
            case PlainMany():
                return _many(self._ordered(related, its, field), as_write(self.writer.object(its, field.fields, known)))
            case PlainPages():
                return self._connection(self._ordered(related, its, field), its, field, known)

    def matching(
        self, shape: PlainShape, column: str, value: Callable[[PlainSubject], str | None], field: Field
    ) -> Write:
        """The object of the customer with this value in the column, or null."""
        resource = self._resource(shape)
        self.writer.needs.add(resource, column)
        alive = self._alive(shape)
        write = as_write(self.writer.object(shape, field.fields))
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

    def _ordered(self, related: Rows, shape: PlainShape, field: Field) -> Rows:
        order = ordering(shape, field.orders, self.writer.needs)
        return lambda row, subject: order(related(row, subject), subject)

    def _connection(self, ordered: Rows, shape: PlainShape, field: Field, known: Condition) -> Write:
        page = field.page or Page(Size(MAX_ROWS_PER_LIST))
        tests = filtering(shape, field.filters, self.writer.needs)
        write = connection(field, page, lambda fields: as_write(self.writer.object(shape, fields, known)))

        def write_page(row: PlainRow, subject: PlainSubject) -> str:
            rows = ordered(row, subject)
            between = _between(rows, page, subject)
            return BAD_CURSOR if between is None else write(_page(rows, between, page, tests, subject))

        return write_page


def _one(rows: Rows, write: Write) -> Write:
    def write_first(row: PlainRow, subject: PlainSubject) -> str:
        some = rows(row, subject)
        return write(some[0], subject) if some else NULL

    return write_first


def _many(rows: Rows, write: Write) -> Write:
    return lambda row, subject: "[" + ",".join([write(each, subject) for each in rows(row, subject)]) + "]"


def _between(rows: Sequence[PlainRow], page: Page, subject: PlainSubject) -> Sequence[PlainRow] | None:
    """The rows between the page's cursors; None if one names none of the rows. A cursor's row may be filtered out:
    it keeps its place in the order.
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

    filtered = narrowed(between)
    count = page.size.limit if page.size.count is None else page.size.count.read(subject.variables)
    part = filtered[max(0, len(filtered) - count) :] if page.backwards else filtered[:count]
    return PlainPage(part, len(filtered) > count, lambda: len(narrowed(rows)), subject)

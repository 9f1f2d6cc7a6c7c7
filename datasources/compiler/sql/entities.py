"""Entities: objects asked for by many ids at once, of any types, in one statement for each database."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    TableValuedAlias,
    Uuid,
    case,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from auth.departments import CORE
from datasources.compiler.sql import subjects
from datasources.compiler.sql.fields import Compiler
from datasources.compiler.sql.found import Found, labelled
from datasources.compiler.sql.lists import ListCompiler
from datasources.compiler.sql.pages import Fresh, Rows
from datasources.compiler.sql.subjects import RANK, Subjects
from datasources.holes import PLACED, SEPARATOR
from datasources.ids import CUSTOMER
from datasources.json_text import Parts, join, when
from datasources.plan import BATCHES, ROWS, Batch, Entities, Entry, Parameter, Variables
from datasources.rows import Columns, Row, Subject
from datasources.shapes import One, of_subject
from datasources.sql_text import literal, number

_rows = Parameter(lambda variables: variables[ROWS])
_batches = Parameter(lambda variables: variables[BATCHES])

# Beside the columns of core's rows: which object of the list was asked for, in which batch, by which id of its own.
PLACE, BATCH, ROW = "place", "batch", "row"


@dataclass(frozen=True, slots=True)
class EntityAnswer:
    """Core's statement: a text for each object whose customer was found, with its place among those asked for."""

    found: Subjects
    object: Parts

    def select(self, texts: list[ColumnElement[str]]) -> Select[Any]:
        """One row, as for every root; the batches and the ids of the rows come last, for whoever is to answer them."""
        subject, columns = self.found.subject, self.found.source.c
        placed = join((columns[PLACE], PLACED, *self.object))
        return select(
            func.coalesce(self._joined(placed), literal("")).label("answer"),
            self._gathered(subject.id),
            self._gathered(subject.flags),
            func.max(subject.as_of),
            *(self._joined(text) for text in texts),
            self._gathered(columns[BATCH]),
            self._gathered(columns[ROW]),
        ).select_from(self.found.source.subquery())

    def _gathered(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.array_agg(aggregate_order_by(value, self.found.source.c[PLACE]))

    def _joined(self, text: ColumnElement[str]) -> ColumnElement[str]:
        return func.string_agg(text, aggregate_order_by(literal(SEPARATOR), self.found.source.c[PLACE]))


@dataclass(frozen=True, slots=True)
class EntityCompiler:
    """Compiles the objects' part of the statement of `compiler`."""

    compiler: Compiler
    entry: Entities

    def answer(self, fresh: Fresh) -> EntityAnswer:
        found = self._found(fresh())
        return EntityAnswer(found, self._of_its_batch(found))

    def _of_its_batch(self, found: Subjects) -> Parts:
        texts = [self.object(batch, self._row(batch, found)) for batch in self.entry.batches]
        if len(texts) == 1:
            return texts[0]
        batch = found.source.c[BATCH]
        return (
            case(*((batch == number(place), join(text)) for place, text in enumerate(texts)), else_=literal("null")),
        )

    def _row(self, batch: Batch, found: Subjects) -> Row:
        """A reference has no row but the ids it was asked by."""
        return found.row if batch.type == CUSTOMER else Row(found.source, found.subject)

    def object(self, batch: Batch, row: Row) -> Parts:
        """The object, where the viewer may know of it; null otherwise."""
        shape = self.compiler.shapes[batch.type]
        if shape.department not in self.compiler.here:
            return self.compiler.hole(batch.asked, row.subject)
        known = row.knowing(batch.by.condition)
        if shape.department == CORE:
            parts = self.compiler.object(shape, batch.asked.fields, known)
        else:
            parts = ListCompiler(self.compiler).value(One(batch.type, _is_asked), batch.asked, known)
        return when(row.subject.meets(batch.by.condition), parts)

    def _found(self, rows: Rows) -> Subjects:
        """The customers of the objects: those who exist for the viewer, once for each object."""
        asked = self._asked()
        rank = func.row_number().over(order_by=asked.c[PLACE])
        offered = {**subjects.columns(rows), **{name: asked.c[name] for name in (PLACE, BATCH, ROW)}, RANK: rank}

        def written(names: Collection[str]) -> Select[Any]:
            its = asked.join(rows.source, rows.row["id"] == asked.c.customer)
            return select(*labelled(offered, names)).select_from(its).where(*rows.where)

        found = Found(offered, written)
        return subjects.subjects(found, self.entry.exists.condition, found.c[RANK] if self.compiler.sections else None)

    def _asked(self) -> TableValuedAlias:
        bind, batches = self.compiler.binds.bind, self.entry.batches
        asked = func.unnest(
            bind(Parameter(lambda told: _of_all(batches, _customers, told)), ARRAY(Uuid())),
            bind(Parameter(lambda told: _of_all(batches, _its_rows, told)), ARRAY(Uuid())),
            bind(Parameter(lambda told: _numbers(batches, told)), ARRAY(Integer())),
        )
        columns = column("customer", Uuid()), column(ROW, Uuid()), column(BATCH, Integer())
        return asked.table_valued(*columns, with_ordinality=PLACE, name="asked").render_derived()


def _customers(batch: Batch) -> Parameter:
    return batch.customers


def _its_rows(batch: Batch) -> Parameter:
    return batch.rows


def _of_all(batches: Iterable[Batch], of: Callable[[Batch], Parameter], told: Variables) -> list[UUID]:
    return [each for batch in batches for each in of(batch).read(told)]


def _numbers(batches: Iterable[Batch], told: Variables) -> list[int]:
    return [number for number, batch in enumerate(batches) for _ in batch.customers.read(told)]


def apart(compiler: Compiler, entry: Entry) -> tuple[TableValuedAlias, Subject]:
    """The customers as another database is told of them, with the objects that are asked of them."""
    if not isinstance(entry, Entities):
        return subjects.apart(compiler)
    return subjects.apart(compiler, row=(_rows, Uuid()), batch=(_batches, Integer()))


def in_batch(entry: Entry, table: Columns, batch: int, parts: Parts) -> Parts:
    """The parts, for objects of that batch; those of others have nothing to ask there."""
    if not isinstance(entry, Entities) or len(entry.batches) == 1:
        return parts
    return when(table.c[BATCH] == number(batch), parts)


def _is_asked(row: Row, other: Row) -> ColumnElement[bool]:
    return of_subject(row, other) & (other["id"] == row[ROW])

"""Entities: objects of one type asked for by many ids at once, in one statement for each database."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, TableValuedAlias, Text, Uuid, cast, column, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from datasources.compiler import subjects
from datasources.compiler.fields import CORE, Compiler
from datasources.compiler.lists import ListCompiler
from datasources.compiler.pages import Fresh, Rows
from datasources.compiler.subjects import Subjects
from datasources.ids import CUSTOMER
from datasources.json_text import Parts, join, when
from datasources.plan import Entities, Entry, Field, Parameter
from datasources.rows import Row, Subject
from datasources.shapes import One, of_subject
from datasources.sql_text import literal, separator

# What a department apart is told beside the customers: the object that is asked of each.
ROWS = "@rows"
_rows = Parameter(lambda variables: variables[ROWS])

# Between the place of an object in the list that was asked for, from 1, and its text.
PLACED = ":"


@dataclass(frozen=True, slots=True)
class EntityAnswer:
    """Core's statement: a text for each object whose customer was found, with its place among those asked for."""

    found: Subjects
    object: Parts

    def select(self, texts: list[ColumnElement[str]]) -> Select[Any]:
        """One row, as for every root; the ids of the rows come last, for whoever is to answer them."""
        subject, columns = self.found.subject, self.found.found.c
        placed = join((cast(columns.place, Text()), PLACED, *self.object))
        return select(
            func.coalesce(self._joined(placed), literal("")).label("answer"),
            self._gathered(subject.id),
            self._gathered(subject.flags),
            func.max(subject.as_of),
            *(self._joined(text) for text in texts),
            self._gathered(columns.row),
        ).select_from(self.found.source)

    def _gathered(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.array_agg(aggregate_order_by(value, self.found.subject.ordinal))

    def _joined(self, text: ColumnElement[str]) -> ColumnElement[str]:
        return func.string_agg(text, aggregate_order_by(separator(), self.found.subject.ordinal))


@dataclass(frozen=True, slots=True)
class EntityCompiler:
    """Compiles the objects' part of the statement of `compiler`."""

    compiler: Compiler
    entry: Entities

    def answer(self, fresh: Fresh, asked: Field) -> EntityAnswer:
        found = self._found(fresh())
        # A reference has no row but the ids it was asked by.
        row = found.row if self.entry.type == CUSTOMER else Row(found.found, found.subject)
        return EntityAnswer(found, self.object(asked, row))

    def object(self, asked: Field, row: Row) -> Parts:
        """The object, where the viewer may know of it; null otherwise."""
        shape = self.compiler.shapes[self.entry.type]
        if shape.department not in self.compiler.here:
            return self.compiler.hole(asked, row.subject)
        known = row.knowing(self.entry.by.condition)
        if shape.department == CORE:
            parts = self.compiler.object(shape, asked.fields, known)
        else:
            parts = ListCompiler(self.compiler).value(One(self.entry.type, _is_asked), asked, known)
        return when(row.subject.meets(self.entry.by.condition), parts)

    def _found(self, rows: Rows) -> Subjects:
        """The customers of the objects: those who exist for the viewer, once for each object."""
        asked = self._asked()
        rank = func.row_number().over(order_by=asked.c.place)
        its = select(asked.c.place, asked.c.row, *subjects.columns(rows), rank.label("rank"))
        its = its.select_from(asked.join(rows.source, rows.row["id"] == asked.c.customer)).where(*rows.where)
        return subjects.joined(rows, its.subquery(), self.entry.exists.condition)

    def _asked(self) -> TableValuedAlias:
        bind, ids = self.compiler.binds.bind, ARRAY(Uuid())
        asked = func.unnest(bind(self.entry.customers, ids), bind(self.entry.rows, ids))
        columns = column("customer", Uuid()), column("row", Uuid())
        return asked.table_valued(*columns, with_ordinality="place", name="asked").render_derived()


def apart(compiler: Compiler, entry: Entry) -> tuple[TableValuedAlias, Subject]:
    """The customers as another database is told of them, with the objects that are asked of them."""
    return subjects.apart(compiler, row=_rows) if isinstance(entry, Entities) else subjects.apart(compiler)


def _is_asked(row: Row, other: Row) -> ColumnElement[bool]:
    return of_subject(row, other) & (other["id"] == row["row"])

"""Entities: objects of any types, selected by many ids at once, in one statement for each database."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, TableValuedAlias, Uuid, case, column, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from auth.departments import CORE
from datasources.compiler.sql.answers import EntryCompiler
from datasources.compiler.sql.binds import Binds
from datasources.compiler.sql.deferred import DeferredSelect, labelled
from datasources.compiler.sql.lists import ListCompiler
from datasources.compiler.sql.pages import MakeRows, Rows
from datasources.compiler.sql.subjects import RANK, Subjects, bound_customers, offered_columns, subjects_of
from datasources.entries import Batch, Entities, RootObject
from datasources.holes import PLACED, SEPARATOR
from datasources.ids import CUSTOMER
from datasources.json_text import Parts, join, when
from datasources.plan import BATCHES, ROWS, Parameter, Variables
from datasources.rows import Columns, Row, Subject
from datasources.shapes import One, of_subject
from datasources.sql_text import literal, number

_rows = Parameter(lambda variables: variables[ROWS])
_batches = Parameter(lambda variables: variables[BATCHES])

# Beside the columns of core's rows: the object's place in the list of ids, its batch, and its own id.
PLACE, BATCH, ROW = "place", "batch", "row"


@dataclass(frozen=True, slots=True)
class EntityAnswer:
    """Core's statement: a text for each object whose customer was found, with its place in the list of ids."""

    found: Subjects
    object: Parts

    def select(self, texts: Sequence[ColumnElement[str]]) -> Select[Any]:
        """One row, as for every root; the batches and the ids of the rows come last."""
        subject, columns = self.found.subject, self.found.source.c
        placed = join((columns[PLACE], PLACED, *self.object))
        return select(
            func.coalesce(self._join_texts(placed), literal("")).label("answer"),
            self._aggregate(subject.id),
            self._aggregate(subject.flags),
            func.max(subject.as_of),
            *(self._join_texts(text) for text in texts),
            self._aggregate(columns[BATCH]),
            self._aggregate(columns[ROW]),
        ).select_from(self.found.source.subquery())

    def _aggregate(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.array_agg(aggregate_order_by(value, self.found.source.c[PLACE]))

    def _join_texts(self, text: ColumnElement[str]) -> ColumnElement[str]:
        return func.string_agg(text, aggregate_order_by(literal(SEPARATOR), self.found.source.c[PLACE]))


class EntityCompiler(EntryCompiler[Entities]):
    # Values of several requests would be lists of lists.
    core_binds: ClassVar[type[Binds]] = Binds

    def core(self, make_rows: MakeRows) -> EntityAnswer:
        found = self._found(make_rows())
        return EntityAnswer(found, self._object_of_its_batch(found))

    def _object_of_its_batch(self, found: Subjects) -> Parts:
        texts = [self.object(each, self._row(each, found)) for each in self.entry.objects(self.field)]
        if len(texts) == 1:
            return texts[0]
        batch = found.source.c[BATCH]
        return (
            case(*((batch == number(place), join(text)) for place, text in enumerate(texts)), else_=literal("null")),
        )

    def _row(self, wanted: RootObject, found: Subjects) -> Row:
        """Of another department's object core has no row, only its id beside the customer's."""
        return found.row if wanted.type == CUSTOMER else Row(found.source, found.subject)

    def object(self, wanted: RootObject, row: Row) -> Parts:
        """The object where the viewer may know of it, otherwise null."""
        shape = self.compiler.shapes[wanted.type]
        if shape.department not in self.compiler.here:
            return self.compiler.hole(wanted.field, row.subject)
        known = row.knowing(wanted.condition)
        if shape.department == CORE:
            parts = self.compiler.object(shape, wanted.field.fields, known)
        else:
            parts = ListCompiler(self.compiler).value(One(wanted.type, _has_row_id), wanted.field, known)
        return when(row.subject.meets(wanted.condition), parts)

    def _found(self, rows: Rows) -> Subjects:
        """The customers of the objects: those who exist for the viewer, once for each object."""
        ids = self._ids()
        rank = func.row_number().over(order_by=ids.c[PLACE])
        offered = {**offered_columns(rows), **{name: ids.c[name] for name in (PLACE, BATCH, ROW)}, RANK: rank}

        def select_columns(names: Collection[str]) -> Select[Any]:
            its = ids.join(rows.source, rows.row["id"] == ids.c.customer)
            return select(*labelled(offered, names)).select_from(its).where(*rows.where)

        source = DeferredSelect(offered, select_columns)
        ordinal = source.c[RANK] if self.compiler.sections else None
        return subjects_of(source, self.entry.exists.condition, ordinal)

    def _ids(self) -> TableValuedAlias:
        bind, batches = self.compiler.binds.bind, self.entry.batches
        ids = func.unnest(
            bind(Parameter(lambda variables: _ids_in(batches, _customers, variables)), ARRAY(Uuid())),
            bind(Parameter(lambda variables: _ids_in(batches, _its_rows, variables)), ARRAY(Uuid())),
            bind(Parameter(lambda variables: _batch_numbers(batches, variables)), ARRAY(Integer())),
        )
        columns = column("customer", Uuid()), column(ROW, Uuid()), column(BATCH, Integer())
        return ids.table_valued(*columns, with_ordinality=PLACE, name="asked").render_derived()

    def bound_customers(self) -> tuple[TableValuedAlias, Subject]:
        return bound_customers(self.compiler.binds, row=(_rows, Uuid()), batch=(_batches, Integer()))

    def in_batch(self, table: Columns, batch: int, parts: Parts) -> Parts:
        return parts if len(self.entry.batches) == 1 else when(table.c[BATCH] == number(batch), parts)


def _customers(batch: Batch) -> Parameter:
    return batch.customers


def _its_rows(batch: Batch) -> Parameter:
    return batch.rows


def _ids_in(batches: Iterable[Batch], of: Callable[[Batch], Parameter], variables: Variables) -> list[UUID]:
    return [each for batch in batches for each in of(batch).read(variables)]


def _batch_numbers(batches: Iterable[Batch], variables: Variables) -> list[int]:
    return [number for number, batch in enumerate(batches) for _ in batch.customers.read(variables)]


def _has_row_id(row: Row, other: Row) -> ColumnElement[bool]:
    return of_subject(row, other) & (other["id"] == row[ROW])

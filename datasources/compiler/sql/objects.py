"""Objects of a department as roots: the customer that one is about, and the object itself."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from datasources.compiler.sql.answers import CustomerAnswer, EntryCompiler
from datasources.compiler.sql.fields import Compiler
from datasources.compiler.sql.lists import ListCompiler
from datasources.compiler.sql.pages import MakeRows
from datasources.compiler.sql.subjects import LOCATED, one_customer
from datasources.entries import OneObject, RootObject
from datasources.ids import CUSTOMER
from datasources.json_text import Parts, join, when
from datasources.rows import Row
from datasources.shapes import One, of_subject
from datasources.sql_text import number


class ObjectCompiler(EntryCompiler[OneObject]):
    def core(self, make_rows: MakeRows) -> CustomerAnswer:
        (wanted,) = self.entry.objects(self.field)
        found = one_customer(make_rows, self.entry.exists, self._is_owner(wanted))
        return CustomerAnswer(found, join(self.object(wanted, found.row)))

    def _is_owner(self, wanted: RootObject) -> Callable[[Row], ColumnElement[bool]]:
        """The test for the customer: named by the object's global id, or found by its department, here or before."""
        bind = self.compiler.binds.bind

        def test(row: Row) -> ColumnElement[bool]:
            id_: ColumnElement[Any] = row["id"]
            if self.entry.customer is not None:
                return id_ == bind(self.entry.customer, id_.type)
            if self.compiler.shapes[wanted.type].department not in self.compiler.here:
                return id_ == bind(LOCATED, id_.type)
            return id_ == select_owner(self.compiler, wanted).scalar_subquery()

        return test

    def object(self, wanted: RootObject, row: Row) -> Parts:
        """The object where the viewer may look it up and may know of it, otherwise null."""
        if self.compiler.shapes[wanted.type].department not in self.compiler.here:
            return self.compiler.hole(wanted.field, row.subject)
        table = self.compiler.shapes[CUSTOMER].table
        assert table is not None
        exists = wanted.field.effect.condition
        its_customer = Row(table, row.subject).knowing(wanted.condition & exists)
        parts = ListCompiler(self.compiler).value(One(wanted.type, self._is_wanted(wanted)), wanted.field, its_customer)
        return when(row.subject.meets(wanted.condition), when(row.subject.meets(exists), parts))

    def _is_wanted(self, wanted: RootObject) -> Callable[[Row, Row], ColumnElement[bool]]:
        def test(row: Row, other: Row) -> ColumnElement[bool]:
            return of_subject(row, other) & _has_value(self.compiler, wanted, other[wanted.column])

        return test


def select_owner(compiler: Compiler, wanted: RootObject) -> Select[Any]:
    """The id of the customer that the department's object is about."""
    table = compiler.shapes[wanted.type].table
    assert table is not None
    alias = table.alias()
    owner = select(alias.c.customer_id).where(_has_value(compiler, wanted, alias.c[wanted.column]))
    return owner.limit(number(1)).correlate_except(alias)


def _has_value(compiler: Compiler, wanted: RootObject, column: ColumnElement[Any]) -> ColumnElement[bool]:
    assert wanted.value is not None
    return column == compiler.binds.bind(wanted.value, column.type)

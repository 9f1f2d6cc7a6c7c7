"""Objects of a department as roots: whom one is about, and the object itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from auth.departments import CORE
from datasources.compiler.sql import subjects
from datasources.compiler.sql.fields import Compiler
from datasources.compiler.sql.lists import ListCompiler
from datasources.json_text import Parts, when
from datasources.plan import Field, OneObject
from datasources.rows import Row, Subject
from datasources.shapes import One, of_subject
from datasources.sql_text import number


@dataclass(frozen=True, slots=True)
class ObjectCompiler:
    """Compiles one object's part of the statement of `compiler`."""

    compiler: Compiler
    entry: OneObject

    @property
    def department(self) -> str:
        return self.compiler.shapes[self.entry.type].department

    def owner(self) -> Callable[[Row], ColumnElement[bool]]:
        """The test for the customer it is about.

        Its global id tells them; else the department does, in this statement or in one before.
        """
        bind = self.compiler.binds.bind

        def test(row: Row) -> ColumnElement[bool]:
            id_: ColumnElement[Any] = row["id"]
            if self.entry.customer is not None:
                return id_ == bind(self.entry.customer, id_.type)
            if self.department not in self.compiler.here:
                return id_ == bind(subjects.LOCATED, id_.type)
            return id_ == self.located().scalar_subquery()

        return test

    def located(self) -> Select[Any]:
        """The id of the customer whom the department's object is about."""
        table = self.compiler.shapes[self.entry.type].table
        assert table is not None
        alias = table.alias()
        value = alias.c[self.entry.find.by]
        found = select(alias.c.customer_id).where(value == self.compiler.binds.bind(self.entry.find.value, value.type))
        return found.limit(number(1)).correlate_except(alias)

    def object(self, asked: Field, subject: Subject) -> Parts:
        """The object, where the viewer may look it up and may know of it; null otherwise."""
        if self.department not in self.compiler.here:
            return self.compiler.hole(asked, subject)
        by = self.entry.find

        def on(row: Row, other: Row) -> ColumnElement[bool]:
            return of_subject(row, other) & (other[by.by] == self.compiler.binds.bind(by.value, other[by.by].type))

        table = self.compiler.shapes["Customer"].table
        assert table is not None
        condition = by.effect.condition & asked.effect.condition
        row = Row(table, subject).knowing(condition)
        parts = ListCompiler(self.compiler).value(One(self.entry.type, on), asked, row)
        return when(subject.meets(by.effect.condition), when(subject.meets(asked.effect.condition), parts))


def needs_locating(entry: OneObject, compiler: Compiler) -> bool:
    """Whether the department has to be asked first, in a statement of its own."""
    return entry.customer is None and CORE not in compiler.here

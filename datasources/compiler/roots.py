"""Statements: one for each database that a root field touches, rendered once and run with bound values."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql.compiler import SQLCompiler

from auth.departments import CORE
from datasources.compiler.plain.readings import owner_lookup, reading
from datasources.compiler.sections import Section, SectionFinder
from datasources.compiler.sql.answers import EntryCompiler
from datasources.compiler.sql.binds import Binds, BindsByRequest
from datasources.compiler.sql.customers import CustomersCompiler, OneCustomerCompiler
from datasources.compiler.sql.entities import EntityCompiler
from datasources.compiler.sql.fields import Compiler
from datasources.compiler.sql.objects import ObjectCompiler, select_owner
from datasources.compiler.sql.subjects import customers, visible_customer
from datasources.engine.running.contributions import (
    Contribution,
    FieldStatement,
    Locate,
    RootStatements,
    StatementContribution,
    StatementLocate,
)
from datasources.engine.running.statement import MAX_REQUESTS_PER_RUN, BoundParameter, Statement
from datasources.entries import Customers, Entities, Entry, OneCustomer, OneObject, Root
from datasources.holes import SEPARATOR
from datasources.json_text import Parts, join
from datasources.plan import constant
from datasources.rows import Row
from datasources.shapes import Shapes
from datasources.sources.source import Sources
from datasources.sql_text import literal

_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]

_ENTRY_COMPILERS: Mapping[type[Entry], type[EntryCompiler[Any]]] = {
    OneCustomer: OneCustomerCompiler,
    Customers: CustomersCompiler,
    OneObject: ObjectCompiler,
    Entities: EntityCompiler,
}


class StatementCompiler:
    """Compiles roots for one arrangement of departments over databases and sources: `homes` names each department's."""

    def __init__(self, shapes: Shapes, homes: Mapping[str, str], sources: Sources) -> None:
        self._shapes = shapes
        self._homes = homes
        self._sources = {homes[department]: source for department, source in sources.items()}
        self._finder = SectionFinder(shapes, homes)

    def compile(self, root: Root) -> RootStatements:
        sections = self._finder.find(root)
        homes = {self._homes[section.department] for section in sections} - {self._homes[CORE]}
        return RootStatements(
            locate=self._locate(root),
            core=self._core(root, sections),
            others=tuple(self._contribution(home, root, sections) for home in sorted(homes)),
            sections={section.number: section.department for section in sections},
            names_rows=root.entry.names_rows,
        )

    def _compiler(self, home: str, sections: list[Section], binds: Binds) -> Compiler:
        here = frozenset(department for department, at in self._homes.items() if at == home)
        return Compiler(self._shapes, here, {id(section.field): section.number for section in sections}, binds)

    def _locate(self, root: Root) -> Locate | None:
        wanted = root.entry.unlocated(root.field)
        if wanted is None:
            return None
        department = self._shapes[wanted.type].department
        home = self._homes[department]
        if home == self._homes[CORE]:
            return None
        if (source := self._sources.get(home)) is not None:
            return owner_lookup(source, wanted)
        compiler = self._compiler(home, [], BindsByRequest())
        return StatementLocate(department, _render(home, compiler, select_owner(compiler, wanted), (department,)))

    def _core(self, root: Root, sections: list[Section]) -> Statement:
        home, kind = self._homes[CORE], _ENTRY_COMPILERS[type(root.entry)]
        compiler = self._compiler(home, sections, kind.core_binds())
        make_rows = customers(compiler, root.entry.exists, root.reaches)
        compiler = replace(compiler, visible_customer=visible_customer(make_rows))
        entry = kind(compiler, root.entry, root.field)
        answer = entry.core(make_rows)
        mine = [section for section in sections if section.department == CORE]
        texts = [
            join(entry.in_batch(answer.found.source, each.batch, self._fields(compiler, each, answer.found.row)))
            for each in mine
        ]
        departments = self._finder.departments_at(home, root)
        return _render(home, compiler, answer.select(texts), departments, mine, kind.max_requests_per_run)

    def _contribution(self, home: str, root: Root, sections: list[Section]) -> Contribution:
        mine = [section for section in sections if self._homes[section.department] == home]
        compiler = self._compiler(home, sections, Binds())
        source = self._sources.get(home)
        if source is not None:
            return reading(source, root, mine, compiler.sections)
        fields_of = cache(lambda number: self._field_statements(home, root, sections, number))
        return StatementContribution(self._apart(home, compiler, root, mine), fields_of)

    def _field_statements(
        self, home: str, root: Root, sections: list[Section], number: int
    ) -> Sequence[FieldStatement]:
        (section,) = (each for each in sections if each.number == number)
        statements = []
        for field in section.field.only_fields:
            compiler = self._compiler(home, sections, Binds())
            statement = self._apart(home, compiler, root, [section.narrowed(field)])
            statements.append(FieldStatement(field.key, section.department, field.coordinate, statement))
        return statements

    def _apart(self, home: str, compiler: Compiler, root: Root, mine: list[Section]) -> Statement:
        kind = _ENTRY_COMPILERS[type(root.entry)]
        entry = kind(compiler, root.entry, root.field)
        table, subject = entry.bound_customers()
        parts = ((each, self._section(entry, each, Row(table, subject))) for each in mine)
        texts = [join(entry.in_batch(table, each.batch, its)) for each, its in parts]
        in_order = aggregate_order_by(literal(SEPARATOR), table.c.rank)
        statement = select(*(func.string_agg(text, in_order) for text in texts)).select_from(table)
        departments = self._finder.departments_at(home, root)
        return _render(home, compiler, statement, departments, mine, kind.max_requests_per_run)

    def _section(self, entry: EntryCompiler[Any], section: Section, row: Row) -> Parts:
        if section.root is not None:
            return entry.object(section.root, row)
        return self._fields(entry.compiler, section, row)

    def _fields(self, compiler: Compiler, section: Section, row: Row) -> Parts:
        return compiler.object(self._shapes[section.type], section.field.fields, row)


def _render(
    home: str,
    compiler: Compiler,
    statement: Select[*tuple[Any, ...]],
    departments: tuple[str, ...],
    sections: Sequence[Section] = (),
    max_requests: int = MAX_REQUESTS_PER_RUN,
) -> Statement:
    compiled = compiler.binds.select_for_requests(statement).compile(dialect=_DIALECT)
    assert isinstance(compiled, SQLCompiler)
    # A constant of ours that SQLAlchemy turned into a bind has no parameter: it stands in compiled.params.
    bound = tuple(
        compiler.binds.bound.get(name) or _bound_constant(compiled.params[name]) for name in compiled.positiontup or []
    )
    return Statement(home, str(compiled), bound, departments, tuple(each.number for each in sections), max_requests)


def _bound_constant(value: Any) -> BoundParameter:
    return BoundParameter(constant(value), is_list=isinstance(value, list | tuple))

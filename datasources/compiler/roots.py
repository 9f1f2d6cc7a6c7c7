"""Statements: one for each database that a root field touches, rendered once and run with bound values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql.compiler import SQLCompiler

from auth.departments import CORE
from auth.policy.effects import Effect
from datasources.compiler.plain.readings import reading, search
from datasources.compiler.sections import Section, SectionFinder
from datasources.compiler.sql import subjects
from datasources.compiler.sql.binds import Binds, ByAsker
from datasources.compiler.sql.connections import PageView
from datasources.compiler.sql.entities import EntityAnswer, EntityCompiler, apart, in_batch
from datasources.compiler.sql.fields import Compiler
from datasources.compiler.sql.lists import ListCompiler
from datasources.compiler.sql.objects import ObjectCompiler, needs_locating
from datasources.compiler.sql.pages import Fresh
from datasources.compiler.sql.subjects import Subjects
from datasources.engine.running.contributions import (
    Contribution,
    Locate,
    RootStatements,
    StatementContribution,
    StatementLocate,
)
from datasources.engine.running.statement import MAX_REQUESTS_PER_PAGE_RUN, MAX_REQUESTS_PER_RUN, Bound, Statement
from datasources.holes import SEPARATOR
from datasources.json_text import Parts, join
from datasources.plan import (
    MAX_ROWS_PER_LIST,
    Customers,
    Entities,
    Field,
    OneCustomer,
    OneObject,
    Page,
    Root,
    Size,
    constant,
)
from datasources.rows import Row
from datasources.shapes import Shapes
from datasources.sources.source import Sources
from datasources.sql_text import literal

_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]


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
            self._locate(root),
            self._core(root, sections),
            tuple(self._contribution(home, root, sections) for home in sorted(homes)),
            {section.number: section.department for section in sections},
            isinstance(root.entry, Entities),
        )

    def _compiler(self, home: str, sections: list[Section], binds: Binds) -> Compiler:
        here = frozenset(department for department, at in self._homes.items() if at == home)
        return Compiler(self._shapes, here, {id(section.asked): section.number for section in sections}, binds)

    def _locate(self, root: Root) -> Locate | None:
        if not isinstance(root.entry, OneObject):
            return None
        department = self._shapes[root.entry.type].department
        compiler = self._compiler(self._homes[department], [], ByAsker())
        if not needs_locating(root.entry, compiler):
            return None
        source = self._sources.get(self._homes[department])
        if source is not None:
            return search(source, root.entry)
        located = ObjectCompiler(compiler, root.entry).located()
        return StatementLocate(department, _rendered(self._homes[department], compiler, located, (department,)))

    def _core(self, root: Root, sections: list[Section]) -> Statement:
        # Entities of several askers would be lists of lists.
        binds = Binds() if isinstance(root.entry, Entities) else ByAsker()
        compiler = self._compiler(self._homes[CORE], sections, binds)
        mine = [section for section in sections if section.department == CORE]
        answer = self._answer(compiler, root)
        statement = answer.select(self._texts(compiler, root, answer.found, mine))
        departments = self._finder.asked(self._homes[CORE], root)
        return _rendered(self._homes[CORE], compiler, statement, departments, mine, _most(root))

    def _answer(self, compiler: Compiler, root: Root) -> "_CoreAnswer | EntityAnswer":
        exists = root.entry.exists
        fresh = subjects.customers(compiler, exists, root.reach)
        match root.entry:
            case Customers():
                return self._page(compiler, fresh, root.asked, exists)
            case OneCustomer(find=by):
                found = subjects.one(fresh, exists, subjects.find(compiler, by), by.effect)
                return _CoreAnswer(found, join(compiler.object(self._shapes["Customer"], root.asked.fields, found.row)))
            case OneObject() as entry:
                its = ObjectCompiler(compiler, entry)
                found = subjects.one(fresh, exists, its.owner())
                return _CoreAnswer(found, join(its.object(root.asked, found.subject)))
            case Entities() as several:
                return EntityCompiler(compiler, several).answer(fresh)

    def _page(self, compiler: Compiler, fresh: Fresh, asked: Field, exists: Effect) -> "_CoreAnswer":
        lists, page = ListCompiler(compiler), asked.page or Page(Size(MAX_ROWS_PER_LIST))
        found = subjects.page(compiler, fresh, exists, asked, page)
        rows = replace(fresh(), row=found.row)
        view = lists.view(lists.answers(asked, rows), rows, found.subject.ordinal, page, fresh, asked)
        return _CoreAnswer(found, join(lists.pages.checked(fresh, page, view.members(asked))), view)

    def _texts(
        self, compiler: Compiler, root: Root, found: Subjects, sections: list[Section]
    ) -> list[ColumnElement[str]]:
        objects = ((each, compiler.object(self._shapes[each.type], each.asked.fields, found.row)) for each in sections)
        return [join(in_batch(root.entry, found.source, each.batch, its)) for each, its in objects]

    def _contribution(self, home: str, root: Root, sections: list[Section]) -> Contribution:
        mine = [section for section in sections if self._homes[section.department] == home]
        compiler = self._compiler(home, sections, Binds())
        source = self._sources.get(home)
        if source is not None:
            return reading(source, root, mine, compiler.sections)
        return self._apart(home, compiler, root, mine)

    def _apart(self, home: str, compiler: Compiler, root: Root, mine: list[Section]) -> Contribution:
        table, subject = apart(compiler, root.entry)
        parts = ((each, self._section(compiler, root, each, Row(table, subject))) for each in mine)
        texts = [join(in_batch(root.entry, table, each.batch, its)) for each, its in parts]
        in_order = aggregate_order_by(literal(SEPARATOR), table.c.rank)
        statement = select(*(func.string_agg(text, in_order) for text in texts)).select_from(table)
        departments = self._finder.asked(home, root)
        return StatementContribution(_rendered(home, compiler, statement, departments, mine, _most(root)))

    def _section(self, compiler: Compiler, root: Root, section: Section, row: Row) -> Parts:
        match root.entry:
            case OneObject() as one if section.asked is root.asked:
                return ObjectCompiler(compiler, one).object(root.asked, row.subject)
            case Entities() as several if section.asked is several.batches[section.batch].asked:
                return EntityCompiler(compiler, several).object(several.batches[section.batch], row)
        return compiler.object(self._shapes[section.type], section.asked.fields, row)


@dataclass(frozen=True, slots=True)
class _CoreAnswer:
    """Core's statement: the answer over the customers found, one of them or (with a view) a page."""

    found: Subjects
    answer: ColumnElement[str]
    view: PageView | None = None

    def select(self, texts: list[ColumnElement[str]]) -> Select[Any]:
        subject = self.found.subject
        if self.view is None:
            columns = [array([subject.id]), array([subject.flags]), subject.as_of, *texts]
        else:
            columns = [
                self._by_ordinal(func.array_agg, subject.id),
                self._by_ordinal(func.array_agg, subject.flags),
                func.max(subject.as_of),
                *(self._by_ordinal(func.string_agg, text, literal(SEPARATOR)) for text in texts),
            ]
        return select(self.answer.label("answer"), *columns).select_from(self.found.source.subquery())

    def _by_ordinal(self, aggregate: Any, *values: ColumnElement[Any]) -> ColumnElement[Any]:
        """One column of the page's customers, in the order of their ordinals: of reading, whatever the list's is."""
        assert self.view is not None
        return self.view.gathered(aggregate, *values, reverse=self.view.page.backwards)


def _most(root: Root) -> int:
    """How many askers share a run of its statements."""
    return MAX_REQUESTS_PER_PAGE_RUN if isinstance(root.entry, Customers) else MAX_REQUESTS_PER_RUN


def _rendered(
    home: str,
    compiler: Compiler,
    statement: Select[*tuple[Any, ...]],
    departments: tuple[str, ...],
    sections: Sequence[Section] = (),
    most: int = MAX_REQUESTS_PER_RUN,
) -> Statement:
    compiled = compiler.binds.around(statement).compile(dialect=_DIALECT)
    assert isinstance(compiled, SQLCompiler)
    # A constant of ours that SQLAlchemy turned into a bind has no parameter: it stands in compiled.params.
    bound = tuple(
        compiler.binds.bound.get(name) or _constant(compiled.params[name]) for name in compiled.positiontup or []
    )
    return Statement(home, str(compiled), bound, departments, tuple(section.number for section in sections), most)


def _constant(value: Any) -> Bound:
    return Bound(constant(value), is_list=isinstance(value, list | tuple))

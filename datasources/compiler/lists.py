"""Lists and connections: pages by keyset, newest first, under the same effects as every other use of a field."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, FromClause, Select, Text, Uuid, and_, cast, exists, func, select, true

from auth.effects import Effect
from datasources.compiler.comparisons import compare
from datasources.compiler.connections import PageView, edge
from datasources.compiler.keyset import SortKey, beyond
from datasources.json_text import Parts, join, when
from datasources.plan import Field, Filter, Order, Page, Parameter, Size
from datasources.rows import Column, Row
from datasources.shapes import Many, One, Pages, Shape, Value
from datasources.sql_text import literal, number

if TYPE_CHECKING:
    from datasources.compiler.fields import Compiler

LONGEST_LIST = 100

# Stands where a cursor names no row of the list. Like a hole, no data can look like it.
BAD_CURSOR = '"\\u0000cursor"'


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that a list is made of, before filters and paging, under one alias."""

    shape: Shape
    row: Row
    source: FromClause
    where: tuple[ColumnElement[bool], ...] = ()

    @property
    def is_about_one(self) -> bool:
        """All rows are about one customer, whom the statement around them names."""
        return self.row.subject.customer is not self.row.table

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """A select over these rows alone: whatever else it names belongs to the statement around it."""
        return select(*columns).select_from(self.source).where(*self.where).correlate_except(self.source)


# Makes the same rows under an alias of their own, each time it is called: a cursor's row is read beside the page's.
Fresh = Callable[[], Rows]


@dataclass(frozen=True, slots=True)
class ListCompiler:
    """Compiles lists for the statement of `compiler`."""

    compiler: Compiler

    def value(self, coordinate: One | Many | Pages, asked: Field, row: Row) -> Parts:
        fresh = self._related(coordinate, row)
        match coordinate:
            case One():
                return self._one(fresh(), asked)
            case Many():
                return self._many(fresh(), asked)
            case Pages():
                return self._connection(fresh, asked)

    def _related(self, coordinate: One | Many | Pages, row: Row) -> Fresh:
        shape = self.compiler.shapes[coordinate.type]
        assert shape.table is not None
        table = shape.table

        def fresh() -> Rows:
            alias = table.alias()
            other = Row(alias, row.subject)
            alive = (shape.alive(other),) if shape.alive else ()
            return Rows(shape, other, alias, (coordinate.on(row, other), *alive))

        return fresh

    def _one(self, rows: Rows, asked: Field) -> Parts:
        answer = join(self.compiler.object(rows.shape, asked.fields, rows.row))
        return (func.coalesce(rows.select(answer).limit(number(1)).scalar_subquery(), literal("null")),)

    def _many(self, rows: Rows, asked: Field) -> Parts:
        answer = join(self.compiler.object(rows.shape, asked.fields, rows.row))
        ordered = rows.select(answer).order_by(*(key.ordered() for key in self.keys(rows, asked.orders)))
        return ("[", _listed(ordered), "]")

    def _connection(self, fresh: Fresh, asked: Field) -> Parts:
        page = asked.page or Page(Size(LONGEST_LIST))
        parts = self._plain(fresh, asked, page) if _is_plain(asked, page) else self._gathered(fresh, asked, page)
        return self.checked(fresh, page, parts)

    def _plain(self, fresh: Fresh, asked: Field, page: Page) -> Parts:
        """A page of which nothing is asked but its rows, and their number: each list is one ordered sub-select."""
        rows = fresh()
        answers = self.answers(asked, rows)
        lists = {key: _listed(self.page(fresh, rows, each, asked=asked, page=page)) for key, each in answers.items()}
        cursor = rows.row[rows.shape.identity]
        return PageView(lists, cursor, [], page, self.count(page.size), None, self.total(fresh, asked)).members(asked)

    def _gathered(self, fresh: Fresh, asked: Field, page: Page) -> Parts:
        """A page whose rows are counted: they are read once, and everything is gathered from them."""
        rows = fresh()
        answers = self.answers(asked, rows)
        columns: list[ColumnElement[Any]] = [answer.label(f"answer{n}") for n, answer in enumerate(answers.values())]
        columns.append(rows.row[rows.shape.identity].label("cursor"))
        columns.append(self.rank(rows, asked, page).label("rank"))
        inner = self.page(fresh, rows, *columns, asked=asked, page=page).subquery()
        named = {key: inner.c[f"answer{n}"] for n, key in enumerate(answers)}
        view = self.view(named, inner.c.cursor, inner.c.rank, page, fresh, asked)
        # HAVING makes it one row, even where nothing that is asked gathers rows.
        return (self._one_row(view.members(asked), inner),)

    def _one_row(self, parts: Parts, inner: FromClause) -> ColumnElement[str]:
        return select(join(parts)).select_from(inner).having(true()).correlate_except(inner).scalar_subquery()

    def view(
        self,
        answers: Mapping[str, ColumnElement[str]],
        cursor: Column,
        rank: Column,
        page: Page,
        fresh: Fresh,
        asked: Field,
    ) -> PageView:
        """The page as the connection shows it: what each row answers becomes a list, in the list's order."""
        count = self.count(page.size)
        # Ranks count in reading order: from the end, where the page is read backwards.
        keys = [SortKey(rank, descending=page.backwards, nullable=False)]
        view = PageView({}, cursor, keys, page, count, rank <= count, self.total(fresh, asked))
        lists = {key: view.listed(answer) for key, answer in answers.items()}
        return replace(view, lists=lists)

    def answers(self, asked: Field, rows: Rows) -> dict[str, ColumnElement[str]]:
        """What each row contributes, once for every key under which nodes or edges are asked."""
        answers = {}
        for each in asked.only_fields:
            if each.name == "nodes":
                answers[each.key] = join(self.compiler.object(rows.shape, each.fields, rows.row))
            elif each.name == "edges":
                node = lambda inner: self.compiler.object(rows.shape, inner.fields, rows.row)  # noqa: E731
                answers[each.key] = join(edge(each, rows.row[rows.shape.identity], node))
        return answers

    def page(self, fresh: Fresh, rows: Rows, *columns: ColumnElement[Any], asked: Field, page: Page) -> Select[Any]:
        """The rows of one page; one more, if need be, to tell whether others follow."""
        extra = 1 if _is_ranked(asked, page) else 0
        keys = self.keys(rows, asked.orders)
        cursors = ((page.after, True), (page.before, False))
        bounds = [
            self._beyond(fresh, asked.orders, keys, cursor, after=after)
            for cursor, after in cursors
            if cursor is not None
        ]
        ordered = [key.ordered(backwards=page.backwards) for key in keys]
        narrowed = rows.select(*columns).where(*self.filtered(rows, asked.filters), *bounds)
        return narrowed.order_by(*ordered).limit(number(page.size.limit + extra))

    def rank(self, rows: Rows, asked: Field, page: Page) -> ColumnElement[int]:
        """A row's place in reading order, from 1."""
        ordered = [key.ordered(backwards=page.backwards) for key in self.keys(rows, asked.orders)]
        return func.row_number().over(order_by=ordered)

    def count(self, size: Size) -> ColumnElement[int]:
        return number(size.limit) if size.count is None else self.compiler.binds.whole(size.count)

    def total(self, fresh: Fresh, asked: Field) -> Callable[[Effect], Parts]:
        """How many rows the list has. Counting is a use of its own: where it rests on flags, a list about one customer
        is counted or not, and of customers those are counted who allow it.
        """

        def total(effect: Effect) -> Parts:
            rows = fresh()
            allowed = rows.row.subject.meets(effect.condition)
            counted = rows.select(func.count()).where(*self.filtered(rows, asked.filters))
            if rows.is_about_one or allowed is None:
                return when(allowed, (cast(counted.scalar_subquery(), Text()),))
            return (cast(counted.where(allowed).scalar_subquery(), Text()),)

        return total

    def keys(self, rows: Rows, orders: Sequence[Order]) -> list[SortKey]:
        """The order as SQL, over governed values. A key that the viewer may not use is left out, so that the order
        tells nothing; the random identity comes last and makes the order total.
        """
        keys = []
        for order in orders:
            if order.effect.allows:
                value = _value(rows.shape, order.field).expression(rows.row)
                governed = self.compiler.governed(value, order.effect, rows.row.subject)
                nullable = governed is not value or bool(getattr(value, "nullable", True))
                keys.append(SortKey(governed, order.descending, nullable))
        descending = keys[-1].descending if keys else False
        return [*keys, SortKey(rows.row[rows.shape.identity], descending, nullable=False)]

    def filtered(self, rows: Rows, filters: Sequence[Filter]) -> list[ColumnElement[bool]]:
        """The filters over governed values. Every comparison is false for NULL, so the condition may stand beside it,
        where an index still serves.
        """
        tests = []
        for each in filters:
            tests.append(compare(rows.shape, rows.row, self.compiler.binds.bind, each))
            allowed = rows.row.subject.meets(each.effect.condition)
            if allowed is not None:
                tests.append(allowed)
        return tests

    def _beyond(
        self,
        fresh: Fresh,
        orders: Sequence[Order],
        keys: Sequence[SortKey],
        cursor: Parameter,
        *,
        after: bool,
    ) -> ColumnElement[bool]:
        there = fresh()
        named = self._named(there, cursor)
        *sorted_by, _ = self.keys(there, orders)
        values = [there.select(key.column).where(named).scalar_subquery() for key in sorted_by]
        past = beyond(keys, [*values, self.compiler.binds.bind(cursor, Uuid())], after=after)
        # A cursor that names none of the rows leaves an empty page: what lies behind it must not be told either.
        return and_(past, self._known(fresh, cursor))

    def _known(self, fresh: Fresh, cursor: Parameter) -> ColumnElement[bool]:
        """The cursor names a row that the viewer's list could hold."""
        rows = fresh()
        return exists(rows.select(literal("1")).where(self._named(rows, cursor)))

    def _named(self, rows: Rows, cursor: Parameter) -> ColumnElement[bool]:
        return rows.row[rows.shape.identity] == self.compiler.binds.bind(cursor, Uuid())

    def checked(self, fresh: Fresh, page: Page, parts: Parts) -> Parts:
        """The parts, or the mark of a bad cursor where one names no row that the viewer's list could hold."""
        known = [self._known(fresh, cursor) for cursor in (page.after, page.before) if cursor is not None]
        return when(and_(*known), parts, otherwise=BAD_CURSOR) if known else parts


def _is_plain(asked: Field, page: Page) -> bool:
    """Whether the rows need not be counted, turned round or read for more than one list."""
    lists = [each for each in asked.only_fields if each.name in ("nodes", "edges")]
    return len(lists) <= 1 and not page.backwards and not _is_ranked(asked, page)


def _is_ranked(asked: Field, page: Page) -> bool:
    """Whether rows have to be counted: to tell if others follow, or to stop at a number that is bound."""
    return page.size.count is not None or any(each.name == "pageInfo" for each in asked.only_fields)


def _listed(ordered: Select[Any]) -> ColumnElement[str]:
    """The rows' texts with commas between. ARRAY keeps the order of its sub-select, and costs no sort of its own."""
    texts = func.array(ordered.scalar_subquery())
    return func.array_to_string(texts, literal(","), type_=Text())


def _value(shape: Shape, name: str) -> Value:
    coordinate = shape.fields[name]
    assert isinstance(coordinate, Value), f"{shape.type}.{name} is no value"
    return coordinate

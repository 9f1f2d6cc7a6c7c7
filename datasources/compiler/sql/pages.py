"""Which rows a list shows: filters, orders, cursors and pages, each under the effects of the fields they use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Text, Uuid, and_, cast, exists, func, select

from auth.policy.effects import Effect
from datasources.compiler.sql.binds import Binds
from datasources.compiler.sql.branches import has_branches, in_branches
from datasources.compiler.sql.comparisons import compare
from datasources.compiler.sql.keyset import SortKey, beyond
from datasources.holes import BAD_CURSOR
from datasources.json_text import Parts, when
from datasources.plan import Field, Filter, Order, Page, Parameter, Size
from datasources.rows import Column, Row, is_nullable
from datasources.shapes import Shape, Value
from datasources.sql_text import literal, number


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
class PageCompiler:
    """Compiles pages for the statement with these binds."""

    binds: Binds

    def page(self, fresh: Fresh, rows: Rows, *columns: ColumnElement[Any], asked: Field, page: Page) -> Select[Any]:
        """The rows of one page; one more, if need be, to tell whether others follow."""
        keys = self.keys(rows, asked.orders)
        bounds = [self._beyond(fresh, asked.orders, keys, cursor, after=after) for cursor, after in page.cursors]
        ordered = [key.ordered(backwards=page.backwards) for key in keys]
        narrowed = rows.select(*columns).where(*self.filtered(rows, asked.filters), *bounds)
        return narrowed.order_by(*ordered).limit(number(_limit(asked, page)))

    def has_branches(self, rows: Rows, asked: Field) -> bool:
        """Whether the order rests on a key that some rows do not show."""
        return has_branches(self.keys(rows, asked.orders))

    def in_branches(self, fresh: Fresh, rows: Rows, columns: Sequence[Column], asked: Field, page: Page) -> Select[Any]:
        """The same page of a list in such an order, with each row's `rank` in reading order."""
        keys = self.keys(rows, asked.orders)
        known = [self._known(fresh, cursor) for cursor, _ in page.cursors]
        tests = (*self.filtered(rows, asked.filters), *known)
        bounds = [(self._there(fresh, asked.orders, cursor), after) for cursor, after in page.cursors]
        return in_branches(
            lambda rank: rows.select(*columns, rank).where(*tests), keys, page, _limit(asked, page), bounds
        )

    def rank(self, rows: Rows, asked: Field, page: Page) -> ColumnElement[int]:
        """A row's place in reading order, from 1."""
        ordered = [key.ordered(backwards=page.backwards) for key in self.keys(rows, asked.orders)]
        return func.row_number().over(order_by=ordered)

    def count(self, size: Size) -> ColumnElement[int]:
        return number(size.limit) if size.count is None else self.binds.whole(size.count)

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
        keys = [self._key(rows, order) for order in orders if order.effect.allows]
        descending = keys[-1].descending if keys else False
        return [*keys, SortKey(rows.row[rows.shape.identity], descending, nullable=False)]

    def _key(self, rows: Rows, order: Order) -> SortKey:
        value = _value(rows.shape, order.field).expression(rows.row)
        allowed = rows.row.subject.meets(order.effect.condition)
        there = value.is_not(None) if is_nullable(value) else None
        shown = [test for test in (allowed, there) if test is not None]
        governed = rows.row.subject.governed(value, order.effect)
        return SortKey(governed, order.descending, bool(shown), value, and_(*shown) if shown else None)

    def filtered(self, rows: Rows, filters: Sequence[Filter]) -> list[ColumnElement[bool]]:
        """The filters over governed values. Every comparison is false for NULL, so the condition may stand beside it,
        where an index still serves.
        """
        tests = []
        for each in filters:
            tests.append(compare(rows.shape, rows.row, self.binds.bind, each))
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
        past = beyond(keys, self._there(fresh, orders, cursor), after=after)
        # A cursor that names none of the rows leaves an empty page: what lies behind it must not be told either.
        return and_(past, self._known(fresh, cursor))

    def _there(self, fresh: Fresh, orders: Sequence[Order], cursor: Parameter) -> list[Column]:
        """The keys of the row that the cursor names, read anew."""
        rows = fresh()
        named = self._named(rows, cursor)
        *sorted_by, _ = self.keys(rows, orders)
        values: list[Column] = [rows.select(key.column).where(named).scalar_subquery() for key in sorted_by]
        return [*values, self.binds.bind(cursor, Uuid())]

    def _known(self, fresh: Fresh, cursor: Parameter) -> ColumnElement[bool]:
        """The cursor names a row that the viewer's list could hold."""
        rows = fresh()
        return exists(rows.select(literal("1")).where(self._named(rows, cursor)))

    def _named(self, rows: Rows, cursor: Parameter) -> ColumnElement[bool]:
        return rows.row[rows.shape.identity] == self.binds.bind(cursor, Uuid())

    def checked(self, fresh: Fresh, page: Page, parts: Parts) -> Parts:
        """The parts, or the mark of a bad cursor where one names no row that the viewer's list could hold."""
        known = [self._known(fresh, cursor) for cursor, _ in page.cursors]
        return when(and_(*known), parts, otherwise=BAD_CURSOR) if known else parts


def is_ranked(asked: Field, page: Page) -> bool:
    """Whether rows have to be counted: to tell if others follow, or to stop at a number that is bound."""
    return page.size.count is not None or any(each.name == "pageInfo" for each in asked.only_fields)


def _limit(asked: Field, page: Page) -> int:
    return page.size.limit + (1 if is_ranked(asked, page) else 0)


def _value(shape: Shape, name: str) -> Value:
    coordinate = shape.coordinate(name)
    assert isinstance(coordinate, Value), f"{shape.type}.{name} is no value"
    return coordinate

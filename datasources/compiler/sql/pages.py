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
from datasources.plan import Field, Order, Page, Parameter
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
    def identity(self) -> Column:
        return self.row[self.shape.identity]

    @property
    def is_about_one(self) -> bool:
        """Whether all rows are about one customer, whose row is in the statement around them."""
        return self.row.subject.customer is not self.row.table

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """A select over these rows alone: all other tables that it names belong to the statement around it."""
        return select(*columns).select_from(self.source).where(*self.where).correlate_except(self.source)


# Makes the same rows under a new alias each time, because a cursor's row is read beside those of the page.
MakeRows = Callable[[], Rows]


def sort_keys(rows: Rows, orders: Sequence[Order]) -> list[SortKey]:
    """An order over governed values. A key that the viewer may not use is left out; the random identity comes last and
    makes the order total.
    """
    keys = [_sort_key(rows, order) for order in orders if order.effect.allows]
    descending = keys[-1].descending if keys else False
    return [*keys, SortKey(rows.identity, descending, nullable=False)]


def _sort_key(rows: Rows, order: Order) -> SortKey:
    coordinate = rows.shape.coordinate(order.field)
    assert isinstance(coordinate, Value), f"{rows.shape.type}.{order.field} is no value"
    value = coordinate.expression(rows.row)
    allowed = rows.row.subject.meets(order.effect.condition)
    there = value.is_not(None) if is_nullable(value) else None
    shown = [test for test in (allowed, there) if test is not None]
    governed = rows.row.subject.governed(value, order.effect)
    return SortKey(governed, order.descending, bool(shown), value, and_(*shown) if shown else None)


@dataclass(frozen=True, slots=True)
class PageQuery:
    """One page of a list as SQL: `rows` are those of `make_rows` that it selects from, `field` is the connection."""

    binds: Binds
    make_rows: MakeRows
    rows: Rows
    field: Field
    page: Page

    @property
    def keys(self) -> list[SortKey]:
        return sort_keys(self.rows, self.field.orders)

    @property
    def is_ranked(self) -> bool:
        """Whether rows have to be counted: to tell if others follow, or to stop at a number that is bound."""
        return self.page.size.count is not None or any(each.name == "pageInfo" for each in self.field.only_fields)

    @property
    def has_branches(self) -> bool:
        """Whether the order rests on a key that some rows do not show."""
        return has_branches(self.keys)

    @property
    def count(self) -> ColumnElement[int]:
        size = self.page.size
        return number(size.limit) if size.count is None else self.binds.bind_integer(size.count)

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """The rows of the page; one more, if need be, to tell whether others follow."""
        keys = self.keys
        bounds = [self._beyond(keys, cursor, after=after) for cursor, after in self.page.cursors]
        ordered = [key.ordered(backwards=self.page.backwards) for key in keys]
        narrowed = self.rows.select(*columns).where(*self._filters(self.rows), *bounds)
        return narrowed.order_by(*ordered).limit(number(self._limit))

    def select_branches(self, columns: Sequence[Column]) -> Select[Any]:
        """The same rows in an order with branches, each with its `rank` in reading order."""
        keys = self.keys
        known = [self._is_known(cursor) for cursor, _ in self.page.cursors]
        tests = (*self._filters(self.rows), *known)
        bounds = [(self._cursor_keys(cursor), after) for cursor, after in self.page.cursors]
        return in_branches(
            lambda rank: self.rows.select(*columns, rank).where(*tests), keys, self.page, self._limit, bounds
        )

    def rank(self) -> ColumnElement[int]:
        """A row's place in reading order, from 1."""
        return func.row_number().over(order_by=[key.ordered(backwards=self.page.backwards) for key in self.keys])

    def total(self, effect: Effect) -> Parts:
        """How many rows the list has, under the effect on the use `aggregate`.

        Where it rests on flags, a list about one customer is counted or not; of customers, those who allow it count.
        """
        rows = self.make_rows()
        allowed = rows.row.subject.meets(effect.condition)
        counted = rows.select(func.count()).where(*self._filters(rows))
        if rows.is_about_one or allowed is None:
            return when(allowed, (cast(counted.scalar_subquery(), Text()),))
        return (cast(counted.where(allowed).scalar_subquery(), Text()),)

    def checked(self, parts: Parts) -> Parts:
        """The parts, or the mark of a bad cursor if one names no row that the viewer's list could hold."""
        known = [self._is_known(cursor) for cursor, _ in self.page.cursors]
        return when(and_(*known), parts, otherwise=BAD_CURSOR) if known else parts

    @property
    def _limit(self) -> int:
        return self.page.size.limit + (1 if self.is_ranked else 0)

    def _filters(self, rows: Rows) -> list[ColumnElement[bool]]:
        """The filters over governed values. Because every comparison is false for NULL, the condition may stand beside
        it, where an index still serves.
        """
        tests = []
        for each in self.field.filters:
            tests.append(compare(rows.shape, rows.row, self.binds.bind, each))
            allowed = rows.row.subject.meets(each.effect.condition)
            if allowed is not None:
                tests.append(allowed)
        return tests

    def _beyond(self, keys: Sequence[SortKey], cursor: Parameter, *, after: bool) -> ColumnElement[bool]:
        past = beyond(keys, self._cursor_keys(cursor), after=after)
        # A cursor that names none of the rows gives an empty page, so that its place in the order stays unknown.
        return and_(past, self._is_known(cursor))

    def _cursor_keys(self, cursor: Parameter) -> list[Column]:
        """The sort keys of the row that the cursor names, read anew."""
        rows = self.make_rows()
        is_named = self._is_named(rows, cursor)
        *keys, _ = sort_keys(rows, self.field.orders)
        values: list[Column] = [rows.select(key.column).where(is_named).scalar_subquery() for key in keys]
        return [*values, self.binds.bind(cursor, Uuid())]

    def _is_known(self, cursor: Parameter) -> ColumnElement[bool]:
        """The cursor names a row that the viewer's list could hold."""
        rows = self.make_rows()
        return exists(rows.select(literal("1")).where(self._is_named(rows, cursor)))

    def _is_named(self, rows: Rows, cursor: Parameter) -> ColumnElement[bool]:
        return rows.identity == self.binds.bind(cursor, Uuid())

"""Connections as JSON: nodes, edges, pageInfo and totalCount over the rows of one page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func
from sqlalchemy.dialects.postgresql import aggregate_order_by

from auth.policy.effects import Effect
from datasources.compiler.sql.keyset import SortKey
from datasources.json_text import NULL, Kind, Parts, members, spell
from datasources.plan import Field, Page
from datasources.rows import Column
from datasources.sql_text import literal, number

_TEXTS: ARRAY[str] = ARRAY(Text())


@dataclass(frozen=True, slots=True)
class PageView:
    """One page of rows: its lists of nodes and edges by response key, each row's cursor, and its sort keys.

    There may be one row more than `count`. It is not `on_page`, and only shows that others follow.
    """

    lists: Mapping[str, ColumnElement[str]]
    cursor: Column
    keys: Sequence[SortKey]
    page: Page
    count: ColumnElement[int]
    on_page: ColumnElement[bool] | None
    total: Callable[[Effect], Parts]

    def members(self, field: Field) -> Parts:
        return members((each.key, self._value(each)) for each in field.only_fields)

    def _value(self, field: Field) -> Parts:
        match field.name:
            case "nodes" | "edges":
                return ("[", self.lists[field.key], "]")
            case "pageInfo":
                return members((each.key, self._info(each)) for each in field.only_fields)
            case "totalCount":
                return self.total(field.effect) if field.effect.allows else NULL
        return (f'"{field.type}"',)

    def aggregated_list(self, answer: ColumnElement[str]) -> ColumnElement[str]:
        """What the page's rows answer, with commas between."""
        return func.coalesce(self.aggregated(func.string_agg, answer, literal(",")), literal(""))

    def aggregated(self, aggregate: Any, *values: ColumnElement[Any], reverse: bool = False) -> ColumnElement[Any]:
        """An aggregate over the page's rows, in the order of the list or the reverse."""
        *first, last = values
        ordered = aggregate_order_by(last, *(key.ordered(backwards=reverse) for key in self.keys))
        value: ColumnElement[Any] = aggregate(*first, ordered)
        return value if self.on_page is None else value.filter(self.on_page)

    def _info(self, field: Field) -> Parts:
        """Whether more rows lie beyond the far end is counted; at the near end it follows from the cursor alone."""
        match field.name:
            case "hasNextPage":
                return self._more() if not self.page.backwards else _yes(self.page.before is not None)
            case "hasPreviousPage":
                return self._more() if self.page.backwards else _yes(self.page.after is not None)
            case "startCursor":
                return self._edge(reverse=False)
            case "endCursor":
                return self._edge(reverse=True)
        return (f'"{field.type}"',)

    def _more(self) -> Parts:
        return spell(Kind.BOOLEAN, func.count() > self.count, nullable=False)

    def _edge(self, *, reverse: bool) -> Parts:
        cursors = self.aggregated(func.array_agg, cast(self.cursor, Text()), reverse=reverse)
        return spell(Kind.WORD, cursors[number(1)])


def edge(field: Field, cursor: Column, node: Callable[[Field], Parts]) -> Parts:
    """One edge of a connection: the row's cursor and its node."""

    def value(each: Field) -> Parts:
        match each.name:
            case "cursor":
                return ('"', cast(cursor, Text()), '"')
            case "node":
                return node(each)
        return (f'"{each.type}"',)

    return members((each.key, value(each)) for each in field.only_fields)


def _yes(is_so: bool) -> Parts:
    return ("true" if is_so else "false",)

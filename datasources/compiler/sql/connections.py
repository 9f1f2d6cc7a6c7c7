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
    """One page of rows: its lists of nodes and edges by response key, and as columns each row's cursor and its keys.

    The rows may be one more than `count`: that one only tells that others follow, and is not `on_page`.
    """

    lists: Mapping[str, ColumnElement[str]]
    cursor: Column
    keys: Sequence[SortKey]
    page: Page
    count: ColumnElement[int]
    on_page: ColumnElement[bool] | None
    total: Callable[[Effect], Parts]

    def members(self, asked: Field) -> Parts:
        return members((each.key, self._value(each)) for each in asked.only_fields)

    def _value(self, asked: Field) -> Parts:
        match asked.name:
            case "nodes" | "edges":
                return ("[", self.lists[asked.key], "]")
            case "pageInfo":
                return members((each.key, self._info(each)) for each in asked.only_fields)
            case "totalCount":
                return self.total(asked.effect) if asked.effect.allows else NULL
        return (f'"{asked.type}"',)

    def listed(self, answer: ColumnElement[str]) -> ColumnElement[str]:
        """What each row answers, with commas between."""
        return func.coalesce(self.gathered(func.string_agg, answer, literal(",")), literal(""))

    def gathered(self, aggregate: Any, *values: ColumnElement[Any], reverse: bool = False) -> ColumnElement[Any]:
        """An aggregate over the page's rows, in the order of the list or the reverse."""
        *first, last = values
        ordered = aggregate_order_by(last, *(key.ordered(backwards=reverse) for key in self.keys))
        gathered: ColumnElement[Any] = aggregate(*first, ordered)
        return gathered if self.on_page is None else gathered.filter(self.on_page)

    def _info(self, asked: Field) -> Parts:
        """Whether more rows lie on the far side is counted; on the near side it is known from the cursor alone."""
        match asked.name:
            case "hasNextPage":
                return self._more() if not self.page.backwards else _yes(self.page.before is not None)
            case "hasPreviousPage":
                return self._more() if self.page.backwards else _yes(self.page.after is not None)
            case "startCursor":
                return self._edge(reverse=False)
            case "endCursor":
                return self._edge(reverse=True)
        return (f'"{asked.type}"',)

    def _more(self) -> Parts:
        return spell(Kind.BOOLEAN, func.count() > self.count, nullable=False)

    def _edge(self, *, reverse: bool) -> Parts:
        cursors = self.gathered(func.array_agg, cast(self.cursor, Text()), reverse=reverse)
        return spell(Kind.WORD, cursors[number(1)])


def edge(asked: Field, cursor: Column, node: Callable[[Field], Parts]) -> Parts:
    """One edge of a connection: the row's cursor and its node."""

    def value(each: Field) -> Parts:
        match each.name:
            case "cursor":
                return ('"', cast(cursor, Text()), '"')
            case "node":
                return node(each)
        return (f'"{each.type}"',)

    return members((each.key, value(each)) for each in asked.only_fields)


def _yes(is_so: bool) -> Parts:
    return ("true" if is_so else "false",)

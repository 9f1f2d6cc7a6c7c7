"""Connections as JSON: nodes, edges, pageInfo and totalCount over the rows of one page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, cast, func
from sqlalchemy.dialects.postgresql import aggregate_order_by

from datasources.json_text import NULL, Kind, Parts, members, spell
from datasources.plan import Field, Page
from datasources.rows import Column
from datasources.sql_text import literal, number

_TEXTS: ARRAY[str] = ARRAY(Text())


@dataclass(frozen=True, slots=True)
class PageView:
    """One page of rows, as columns: what each row answers, its rank from 1 in reading order, and its cursor.

    The rows may be one more than `count`: the last then only tells that others follow.
    """

    answers: Mapping[str, ColumnElement[str]]
    rank: Column
    cursor: Column
    page: Page
    count: ColumnElement[int]
    total: Callable[[], ColumnElement[Any]]

    def members(self, asked: Field) -> Parts:
        return members((each.key, self._value(each)) for each in asked.only_fields)

    def _value(self, asked: Field) -> Parts:
        match asked.name:
            case "nodes" | "edges":
                return ("[", self._listed(self.answers[asked.key]), "]")
            case "pageInfo":
                return members((each.key, self._info(each)) for each in asked.only_fields)
            case "totalCount":
                return (cast(self.total(), Text()),) if asked.effect.allows else NULL
        return (f'"{asked.type}"',)

    def _listed(self, answer: ColumnElement[str]) -> ColumnElement[str]:
        ordered = aggregate_order_by(literal(","), self._in_order())
        listed = func.string_agg(answer, ordered).filter(self.on_page)
        return func.coalesce(listed, literal(""))

    @property
    def on_page(self) -> ColumnElement[bool]:
        return self.rank <= self.count

    def _in_order(self, *, reverse: bool = False) -> ColumnElement[Any]:
        return self.rank.desc() if self.page.backwards != reverse else self.rank.asc()

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
        return (spell(Kind.BOOLEAN, func.count() > self.count),)

    def _edge(self, *, reverse: bool) -> Parts:
        ordered = aggregate_order_by(cast(self.cursor, Text()), self._in_order(reverse=reverse))
        cursors = func.array_agg(ordered, type_=_TEXTS).filter(self.on_page)
        return (spell(Kind.WORD, cursors[number(1)]),)


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

"""Lists and connections as JSON: what each row answers, gathered in the list's order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, Select, Text, func, select, true

from datasources.compiler.sql.binds import Binds
from datasources.compiler.sql.connections import PageView, edge
from datasources.compiler.sql.keyset import SortKey
from datasources.compiler.sql.pages import Fresh, PageCompiler, Rows, is_ranked
from datasources.json_text import Parts, join
from datasources.plan import MAX_ROWS_PER_LIST, Field, Page, Size
from datasources.rows import Column, Row
from datasources.shapes import Many, One, Pages, Shape, Shapes
from datasources.sql_text import literal, number


class ObjectCompiler(Protocol):
    """Compiles the object that each row of a list answers."""

    @property
    def shapes(self) -> Shapes: ...

    @property
    def binds(self) -> Binds: ...

    def object(self, shape: Shape, fields: Mapping[str, tuple[Field, ...]], row: Row) -> Parts: ...


@dataclass(frozen=True, slots=True)
class ListCompiler:
    """Compiles lists for the statement of `compiler`."""

    compiler: ObjectCompiler

    @property
    def pages(self) -> PageCompiler:
        return PageCompiler(self.compiler.binds)

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
        lives_with = isinstance(coordinate, Pages) and coordinate.lives_with

        def fresh() -> Rows:
            alias = table.alias()
            other = Row(alias, row.subject)
            alive = (shape.alive(other),) if shape.alive and not lives_with else ()
            return Rows(shape, other, alias, (coordinate.on(row, other), *alive))

        return fresh

    def _one(self, rows: Rows, asked: Field) -> Parts:
        answer = join(self.compiler.object(rows.shape, asked.fields, rows.row))
        return (func.coalesce(rows.select(answer).limit(number(1)).scalar_subquery(), literal("null")),)

    def _many(self, rows: Rows, asked: Field) -> Parts:
        answer = join(self.compiler.object(rows.shape, asked.fields, rows.row))
        ordered = rows.select(answer).order_by(*(key.ordered() for key in self.pages.keys(rows, asked.orders)))
        return ("[", _listed(ordered), "]")

    def _connection(self, fresh: Fresh, asked: Field) -> Parts:
        page = asked.page or Page(Size(MAX_ROWS_PER_LIST))
        parts = self._plain(fresh, asked, page) if _is_plain(asked, page) else self._gathered(fresh, asked, page)
        return self.pages.checked(fresh, page, parts)

    def _plain(self, fresh: Fresh, asked: Field, page: Page) -> Parts:
        """A page of which nothing is asked but its rows, and their number: each list is one ordered sub-select."""
        rows, pages = fresh(), self.pages
        lists = {
            key: _listed(pages.page(fresh, rows, each, asked=asked, page=page))
            for key, each in self.answers(asked, rows).items()
        }
        cursor, count = rows.row[rows.shape.identity], pages.count(page.size)
        return PageView(lists, cursor, [], page, count, None, pages.total(fresh, asked)).members(asked)

    def _gathered(self, fresh: Fresh, asked: Field, page: Page) -> Parts:
        """A page whose rows are counted: they are read once, and everything is gathered from them."""
        rows = fresh()
        answers = self.answers(asked, rows)
        columns: list[ColumnElement[Any]] = [answer.label(f"answer{n}") for n, answer in enumerate(answers.values())]
        columns.append(rows.row[rows.shape.identity].label(rows.shape.identity))
        columns.append(self.pages.rank(rows, asked, page).label("rank"))
        inner = self.pages.page(fresh, rows, *columns, asked=asked, page=page).subquery()
        named = {key: inner.c[f"answer{n}"] for n, key in enumerate(answers)}
        view = self.view(named, replace(rows, row=replace(rows.row, table=inner)), inner.c.rank, page, fresh, asked)
        # HAVING makes it one row, even where nothing that is asked gathers rows.
        return (self._one_row(view.members(asked), inner),)

    def _one_row(self, parts: Parts, inner: FromClause) -> ColumnElement[str]:
        return select(join(parts)).select_from(inner).having(true()).correlate_except(inner).scalar_subquery()

    def view(
        self,
        answers: Mapping[str, ColumnElement[str]],
        rows: Rows,
        rank: Column | None,
        page: Page,
        fresh: Fresh,
        asked: Field,
    ) -> PageView:
        """The page as the connection shows it: what each of its rows answers becomes a list, in the list's order."""
        cursor, count = rows.row[rows.shape.identity], self.pages.count(page.size)
        # Ranks count in reading order: from the end, where the page is read backwards.
        keys = self.pages.keys(rows, asked.orders) if rank is None else [SortKey(rank, page.backwards, nullable=False)]
        on_page = None if rank is None else rank <= count
        view = PageView({}, cursor, keys, page, count, on_page, self.pages.total(fresh, asked))
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


def _is_plain(asked: Field, page: Page) -> bool:
    """Whether the rows need not be counted, turned round or read for more than one list."""
    lists = [each for each in asked.only_fields if each.name in ("nodes", "edges")]
    return len(lists) <= 1 and not page.backwards and not is_ranked(asked, page)


def _listed(ordered: Select[Any]) -> ColumnElement[str]:
    """The rows' texts with commas between. ARRAY keeps the order of its sub-select, and costs no sort of its own."""
    texts = func.array(ordered.scalar_subquery())
    return func.array_to_string(texts, literal(","), type_=Text())

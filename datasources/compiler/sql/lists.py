"""Lists and connections as JSON: what each row answers, aggregated in the list's order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, Select, Text, func, select, true

from datasources.compiler.sql.binds import Binds
from datasources.compiler.sql.connections import PageView, edge
from datasources.compiler.sql.keyset import SortKey
from datasources.compiler.sql.pages import MakeRows, PageQuery, Rows, sort_keys
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

    def value(self, coordinate: One | Many | Pages, field: Field, row: Row) -> Parts:
        make_rows = self._related(coordinate, row)
        match coordinate:
            case One():
                return self._one(make_rows(), field)
            case Many():
                return self._many(make_rows(), field)
            case Pages():
                return self._connection(make_rows, field)

    def query(self, make_rows: MakeRows, field: Field) -> PageQuery:
        """The page that the connection `field` selects."""
        page = field.page or Page(Size(MAX_ROWS_PER_LIST))
        return PageQuery(self.compiler.binds, make_rows, make_rows(), field, page)

    def _related(self, coordinate: One | Many | Pages, row: Row) -> MakeRows:
        shape = self.compiler.shapes[coordinate.type]
        assert shape.table is not None
        table = shape.table
        lives_with = isinstance(coordinate, Pages) and coordinate.lives_with

        def make_rows() -> Rows:
            alias = table.alias()
            other = Row(alias, row.subject)
            alive = (shape.alive(other),) if shape.alive and not lives_with else ()
            return Rows(shape, other, alias, (coordinate.on(row, other), *alive))

        return make_rows

    def _one(self, rows: Rows, field: Field) -> Parts:
        answer = join(self.compiler.object(rows.shape, field.fields, rows.row))
        return (func.coalesce(rows.select(answer).limit(number(1)).scalar_subquery(), literal("null")),)

    def _many(self, rows: Rows, field: Field) -> Parts:
        answer = join(self.compiler.object(rows.shape, field.fields, rows.row))
        ordered = rows.select(answer).order_by(*(key.ordered() for key in sort_keys(rows, field.orders)))
        return ("[", _join_rows(ordered), "]")

    def _connection(self, make_rows: MakeRows, field: Field) -> Parts:
        query = self.query(make_rows, field)
        parts = self._plain(query) if _is_plain(query) else self._aggregated(query)
        return query.checked(parts)

    def _plain(self, query: PageQuery) -> Parts:
        """A page of which only its rows and their number are selected: each list is one ordered sub-select."""
        answers = self.answers(query.field, query.rows)
        lists = {key: _join_rows(query.select(each)) for key, each in answers.items()}
        return PageView(lists, query.rows.identity, [], query.page, query.count, None, query.total).members(query.field)

    def _aggregated(self, query: PageQuery) -> Parts:
        """A page whose rows are counted: they are read once, and all that is selected is aggregated from them."""
        rows, answers = query.rows, self.answers(query.field, query.rows)
        columns: list[ColumnElement[Any]] = [answer.label(f"answer{n}") for n, answer in enumerate(answers.values())]
        columns.append(rows.identity.label(rows.shape.identity))
        columns.append(query.rank().label("rank"))
        inner = query.select(*columns).subquery()
        read = replace(rows, row=replace(rows.row, table=inner))
        view = self.view(
            replace(query, rows=read), {key: inner.c[f"answer{n}"] for n, key in enumerate(answers)}, inner.c.rank
        )
        # HAVING makes it one row, even if nothing that is selected aggregates rows.
        return (self._one_row(view.members(query.field), inner),)

    def _one_row(self, parts: Parts, inner: FromClause) -> ColumnElement[str]:
        return select(join(parts)).select_from(inner).having(true()).correlate_except(inner).scalar_subquery()

    def view(self, query: PageQuery, answers: Mapping[str, ColumnElement[str]], rank: Column | None) -> PageView:
        """The page as the connection shows it: what its rows answer becomes a list, in the list's order."""
        count = query.count
        # Ranks count in reading order: from the end, where the page is read backwards.
        keys = query.keys if rank is None else [SortKey(rank, query.page.backwards, nullable=False)]
        on_page = None if rank is None else rank <= count
        view = PageView({}, query.rows.identity, keys, query.page, count, on_page, query.total)
        return replace(view, lists={key: view.aggregated_list(answer) for key, answer in answers.items()})

    def answers(self, field: Field, rows: Rows) -> dict[str, ColumnElement[str]]:
        """What each row contributes, once for every key under which nodes or edges are selected."""
        answers = {}
        for each in field.only_fields:
            if each.name == "nodes":
                answers[each.key] = join(self.compiler.object(rows.shape, each.fields, rows.row))
            elif each.name == "edges":
                node = lambda inner: self.compiler.object(rows.shape, inner.fields, rows.row)  # noqa: E731
                answers[each.key] = join(edge(each, rows.identity, node))
        return answers


def _is_plain(query: PageQuery) -> bool:
    """Whether the rows need not be counted, turned round or read for more than one list."""
    lists = [each for each in query.field.only_fields if each.name in ("nodes", "edges")]
    return len(lists) <= 1 and not query.page.backwards and not query.is_ranked


def _join_rows(ordered: Select[Any]) -> ColumnElement[str]:
    """The rows' texts with commas between. ARRAY keeps the order of its sub-select without a sort of its own."""
    texts = func.array(ordered.scalar_subquery())
    return func.array_to_string(texts, literal(","), type_=Text())

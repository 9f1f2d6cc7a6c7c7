"""Connections as JSON: nodes, edges, pageInfo and totalCount over the plain rows of one page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from datasources.compiler.plain.texts import NULL
from datasources.plan import Field, Page
from datasources.sources.shapes import PlainRow, PlainSubject, Write
from datasources.sources.source import IDENTITY


@dataclass(frozen=True, slots=True)
class PlainPage:
    """One page of rows, whether more lie beyond its far side, and the number of all rows of the list."""

    rows: Sequence[PlainRow]
    has_more: bool
    total: Callable[[], int]
    subject: PlainSubject


WritePage = Callable[[PlainPage], str]
Node = Callable[[Mapping[str, tuple[Field, ...]]], Write]


def connection(field: Field, page: Page, node: Node) -> WritePage:
    """Compiles the function that writes a page."""
    return _object(field, lambda each: _value(each, page, node))


def _value(field: Field, page: Page, node: Node) -> WritePage:
    match field.name:
        case "nodes":
            return _list(node(field.fields))
        case "edges":
            return _list(_edge(field, node))
        case "pageInfo":
            return _object(field, lambda each: _info(each, page))
        case "totalCount":
            return _total(field)
    return _constant(f'"{field.type}"')


def _object(field: Field, value: Callable[[Field], WritePage]) -> WritePage:
    values = [(f'"{each.key}":', value(each)) for each in field.only_fields]
    return lambda page: "{" + ",".join([key + write(page) for key, write in values]) + "}"


def _list(write: Write) -> WritePage:
    return lambda page: "[" + ",".join([write(row, page.subject) for row in page.rows]) + "]"


def _edge(field: Field, node: Node) -> Write:
    """One edge of a connection: the row's cursor and its node."""

    def value(each: Field) -> Write:
        match each.name:
            case "cursor":
                return lambda row, _: f'"{row[IDENTITY]}"'
            case "node":
                return node(each.fields)
        return lambda *_: f'"{each.type}"'

    values = [(f'"{each.key}":', value(each)) for each in field.only_fields]
    return lambda row, subject: "{" + ",".join([key + write(row, subject) for key, write in values]) + "}"


def _info(field: Field, page: Page) -> WritePage:
    """Whether more rows lie beyond the far end is known from them; at the near end, from the cursor alone."""
    match field.name:
        case "hasNextPage" if page.backwards:
            return _constant(_yes(page.before is not None))
        case "hasPreviousPage" if not page.backwards:
            return _constant(_yes(page.after is not None))
        case "hasNextPage" | "hasPreviousPage":
            return lambda page_of_rows: _yes(page_of_rows.has_more)
        case "startCursor":
            return lambda page_of_rows: f'"{page_of_rows.rows[0][IDENTITY]}"' if page_of_rows.rows else NULL
        case "endCursor":
            return lambda page_of_rows: f'"{page_of_rows.rows[-1][IDENTITY]}"' if page_of_rows.rows else NULL
    return _constant(f'"{field.type}"')


def _total(field: Field) -> WritePage:
    """The list's length, under the effect on the use `aggregate`."""
    if not field.effect.allows:
        return _constant(NULL)
    condition = field.effect.condition
    return lambda page: str(page.total()) if condition.met_by(page.subject.flags) else NULL


def _constant(text: str) -> WritePage:
    return lambda _: text


def _yes(is_so: bool) -> str:
    return "true" if is_so else "false"

"""The map from columns to kinds of event, compared with the tables and with what the schema says of its fields."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Table, literal_column
from sqlalchemy.sql import visitors
from sqlalchemy.sql.schema import Column

from auth.departments import DEPARTMENTS
from auth.policy.categories import Category
from datasources.departments import METADATA, SHAPES
from datasources.events.registry import EVENTS, SILENT_TABLES
from datasources.recording.kinds import TableEvents
from datasources.rows import Row, Subject
from datasources.shapes import Amount, Shape, Value
from schema.build import build_schema, contract

CONTRACT = contract(build_schema())
SUBJECT = Subject(literal_column("id"), literal_column("0"), literal_column("now()"), None)
ALL = [each for department in DEPARTMENTS for each in EVENTS[department]]
QUEUE = {"event", "event_author"}


@pytest.mark.parametrize("department", DEPARTMENTS)
def test_every_table_tells_something_or_says_why_not(department: str) -> None:
    tables = {table.name for table in METADATA[department].tables.values()} - QUEUE
    recorded = {each.table.name for each in EVENTS[department]}
    assert recorded | SILENT_TABLES[department].keys() == tables
    assert recorded & SILENT_TABLES[department].keys() == set()


@pytest.mark.parametrize("events", ALL, ids=lambda events: events.table.fullname)
def test_every_column_tells_something_or_says_why_not(events: TableEvents) -> None:
    told = {column for kind in events.kinds for column in kind.columns}
    named = {events.owner, events.row} | ({"invoice_id", "order_id"} if events.part_of is not None else set())
    columns = {column.name for column in events.table.columns}
    assert told | events.silent.keys() | (named & columns) == columns
    assert told & events.silent.keys() == set()


def test_a_kind_has_one_category_and_one_department() -> None:
    seen: dict[str, tuple[str | None, Category]] = {}
    for events in ALL:
        for kind in events.kinds:
            assert seen.setdefault(kind.name, (events.table.schema, kind.category)) == (
                events.table.schema,
                kind.category,
            )
    assert len(seen) == 54


@pytest.mark.parametrize("events", ALL, ids=lambda events: events.table.fullname)
def test_a_kind_has_the_category_that_the_schema_gives_its_columns(events: TableEvents) -> None:
    shown = set(_shown(events.table))
    told = {(column, kind.category) for kind in events.kinds for column in kind.columns}
    ignored = {events.owner, events.row, *events.silent}
    assert {each for each in shown if each[0] not in ignored} - told == set(), "shown, and its change tells nothing"
    assert {each for each in told - shown if each[0] in dict(shown)} == set(), "told under another category"


def test_the_comparison_reads_the_schema() -> None:
    (credit,) = (each for each in ALL if each.table.name == "credit")
    assert set(_shown(credit.table)) >= {
        ("net_days", Category.CREDIT_TERMS),
        ("limit_amount", Category.CREDIT_LIMIT),
        ("rating_score", Category.CREDIT_SCORE),
    }


def _shown(table: Table) -> Iterator[tuple[str, Category]]:
    """The columns that fields of the schema read, each with the field's category."""
    for shape in SHAPES.values():
        if shape.table is table:
            for field, category in _categories(shape):
                for column in _columns(shape, field):
                    yield column, category


def _categories(shape: Shape) -> Iterator[tuple[str, Category]]:
    for coordinate, category in CONTRACT.categories.items():
        type_, _, field = coordinate.partition(".")
        if type_ == shape.type and category.is_personal:
            yield field, category


def _columns(shape: Shape, field: str) -> Iterator[str]:
    assert shape.table is not None
    row = Row(shape.table, SUBJECT)
    match shape.coordinate(field):
        case Value(expression=value):
            expressions = [value(row)]
        case Amount(amount=amount, currency=currency):
            expressions = [amount(row), currency(row)]
        case _:
            return
    for expression in expressions:
        for element in visitors.iterate(expression):
            if isinstance(element, Column) and element.table is shape.table:
                yield element.name

"""Every field's SQL reads only columns of its own category, or of the sources that its category declares in INPUTS."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Alias, Column, ColumnElement, Date, Integer, Table, Text, Uuid, cast, column, func
from sqlalchemy.sql import visitors

from auth.policy.categories import INPUTS, Category
from datasources.departments import SHAPES
from datasources.rows import Row, Subject
from datasources.shapes import Amount, Coordinate, Inside, Shape, Total, Value
from schema.build import build_schema, contract

# Columns that say which rows belong together and how long they live. They are no content of a field of their own.
STRUCTURAL = {"id", "customer_id", "retain_until", "position", "flags", "status", "kind"}
SUBJECT = Subject(column("subject_id", Uuid()), column("flags", Integer()), func.now(), None)


@cache
def categories() -> dict[str, Category]:
    return dict(contract(build_schema()).categories)


def coordinates() -> Iterator[tuple[str, Shape, Coordinate]]:
    """Every field of the schema that a shape expresses."""
    for name in categories():
        type_, field = name.split(".")
        if type_ in SHAPES:
            yield name, SHAPES[type_], SHAPES[type_].coordinate(field)


def columns_read(shape: Shape, coordinate: Coordinate) -> set[str]:
    """The columns of tables that the coordinate's expression touches, as `schema.table.column`."""
    table = shape.table.alias() if shape.table is not None else None
    row = Row(table, replace(SUBJECT, customer=table))  # type: ignore[arg-type]
    return {name for each in _expressions(coordinate, row) for name in _columns(each)}


def _expressions(coordinate: Coordinate, row: Row) -> Iterator[Any]:
    match coordinate:
        case Value(expression=expression):
            yield expression(row)
        case Amount(amount=amount, currency=currency):
            yield from (amount(row), currency(row))
        case Total(rows=rows):
            yield rows(row, lambda amount, currency: cast(amount, Text()) + currency)
        case Inside(present=present) if present is not None:
            yield present(row)


def _columns(expression: ColumnElement[Any]) -> Iterator[str]:
    for element in visitors.iterate(expression):
        if isinstance(element, Column) and isinstance(element.table, Alias | Table):
            table = element.table.element if isinstance(element.table, Alias) else element.table
            yield f"{table}.{element.name}"


@cache
def shown_as() -> dict[str, set[Category]]:
    """The categories under which each column is shown as it is."""
    shown: dict[str, set[Category]] = {}
    for name, shape, coordinate in coordinates():
        read = columns_read(shape, coordinate)
        if (
            isinstance(coordinate, Value | Amount)
            and len({each.rsplit(".", 1)[1] for each in read} - {"currency"}) == 1
        ):
            for each in read:
                shown.setdefault(each, set()).add(categories()[name])
    return shown


def undeclared(name: str, shape: Shape, coordinate: Coordinate) -> dict[str, set[Category]]:
    """The columns that the field reads and its category does not declare, with the categories that show them."""
    own = categories()[name]
    declared = {own, *INPUTS.get(own, ()), Category.STRUCTURE, Category.CATALOGUE}
    read = {each for each in columns_read(shape, coordinate) if each.rsplit(".", 1)[1] not in STRUCTURAL}
    return {each: shown_as().get(each, set()) for each in read if not declared & shown_as().get(each, {own})}


@pytest.mark.parametrize(
    ("name", "shape", "coordinate"), list(coordinates()), ids=lambda each: each if isinstance(each, str) else ""
)
def test_a_field_reads_what_its_category_declares(name: str, shape: Shape, coordinate: Coordinate) -> None:
    assert undeclared(name, shape, coordinate) == {}


def test_a_column_of_another_category_is_noticed() -> None:
    """Days since the account was opened, shown as a balance, would say how old the account is."""
    account = SHAPES["Account"]
    age = Value(account.coordinate("number").kind, lambda row: cast(row.subject.as_of, Date()) - row["opened_on"])  # type: ignore[union-attr]
    assert undeclared("Finance.balance", account, age) == {"finance.account.opened_on": {Category.ACCOUNT}}

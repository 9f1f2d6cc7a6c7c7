"""Filters as SQL: every comparison is false where the value is NULL, so that a withheld value matches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ARRAY, ColumnElement, Text, any_, func

from datasources.plan import Filter
from datasources.shapes import Value

if TYPE_CHECKING:
    from datasources.compiler import Compiler
    from datasources.lists import Rows


def compare(compiler: Compiler, rows: Rows, narrowing: Filter) -> ColumnElement[bool]:
    """The filter's test on one row, before the effect on the field it looks at."""
    bind = compiler.binds.bind
    if narrowing.operator == "has":
        return rows.shape.lookups[narrowing.field](rows.row, bind, narrowing.value)
    coordinate = rows.shape.fields[narrowing.field]
    assert isinstance(coordinate, Value)
    column = coordinate.expression(rows.row)
    match narrowing.operator:
        case "in":
            return column == any_(bind(narrowing.value, ARRAY(column.type)))
        case "from":
            return column >= bind(narrowing.value, column.type)
        case "before":
            return column < bind(narrowing.value, column.type)
        case "starts":
            return func.lower(column, type_=Text()).like(bind(narrowing.value, Text()))
        case "equals":
            return column == bind(narrowing.value, column.type)
    raise ValueError(f"unknown operator {narrowing.operator}")

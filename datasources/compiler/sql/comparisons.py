"""Filters as SQL: every comparison is false where the value is NULL, so that a withheld value matches nothing."""

from sqlalchemy import ARRAY, ColumnElement, Text, any_, func

from datasources.plan import Filter, Parameter
from datasources.rows import Row
from datasources.shapes import Bind, Shape, Value
from datasources.sql_text import fold, literal

# Sorts after every other character.
_LAST = "\U0010ffff"


def compare(shape: Shape, row: Row, bind: Bind, narrowing: Filter) -> ColumnElement[bool]:
    """The filter's test on one row, before the effect on the field it looks at."""
    if narrowing.operator == "has":
        return shape.lookups[narrowing.field](row, bind, narrowing.value)
    coordinate = shape.coordinate(narrowing.field)
    assert isinstance(coordinate, Value)
    column = coordinate.expression(row)
    match narrowing.operator:
        case "in":
            return column == any_(bind(narrowing.value, ARRAY(column.type)))
        case "from":
            return column >= bind(narrowing.value, column.type)
        case "before":
            return column < bind(narrowing.value, column.type)
        case "starts":
            return _starts(fold(column), bind, narrowing.value)
        case "equals":
            return column == bind(narrowing.value, column.type)
    raise ValueError(f"unknown operator {narrowing.operator}")


def _starts(text: ColumnElement[str], bind: Bind, prefix: Parameter) -> ColumnElement[bool]:
    """The text starts with the prefix. The two comparisons follow from LIKE, but an index can answer them in a generic
    plan, in which the value is not known.
    """
    pattern = Parameter(lambda variables: _escape(prefix.read(variables)))
    start = fold(bind(prefix, Text()))
    return (
        text.like(fold(bind(pattern, Text())) + literal("%"))
        & text.op("~>=~", is_comparison=True)(start)
        & text.op("~<~", is_comparison=True)(func.textcat(start, literal(_LAST), type_=Text()))
    )


def _escape(text: str) -> str:
    """The text as a LIKE pattern that matches the text alone."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

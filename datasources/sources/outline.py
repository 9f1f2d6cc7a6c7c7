"""Outlines: the shapes of a source's types for the planner. No statement is compiled from them."""

from collections.abc import Mapping
from typing import NoReturn

from datasources.rows import Row
from datasources.shapes import Amount, Coordinate, Inside, Many, One, Pages, Shape, Shapes, SubjectLink, Value
from datasources.sources.shapes import (
    PlainAmount,
    PlainCoordinate,
    PlainInside,
    PlainMany,
    PlainOne,
    PlainPages,
    PlainShape,
    PlainValue,
)
from datasources.sources.source import Source, Sources


def with_outlines(shapes: Shapes, sources: Sources) -> Shapes:
    """The shapes with the outlines of sources in place of their tables' shapes."""
    return {**shapes, **{name: shape for each in sources.values() for name, shape in _outlines(each).items()}}


def _outlines(source: Source) -> Mapping[str, Shape]:
    return {name: _outline(shape, source.department) for name, shape in source.shapes.items()}


def _outline(shape: PlainShape, department: str) -> Shape:
    fields = {name: _coordinate(each) for name, each in shape.fields.items()}
    return Shape(shape.type, department, fields=fields, order=shape.order)


def _coordinate(plain: PlainCoordinate) -> Coordinate:
    match plain:
        case PlainValue(kind=kind):
            return Value(kind, _not_in_sql)
        case PlainAmount():
            return Amount(_not_in_sql, _not_in_sql)
        case PlainInside(type=type_):
            return Inside(type_)
        case PlainOne(type=type_):
            return One(type_, _not_in_sql)
        case PlainMany(type=type_):
            return Many(type_, _not_in_sql)
        case PlainPages(type=type_):
            return Pages(type_, _not_in_sql)
        case SubjectLink():
            return plain


def _not_in_sql(*_: Row) -> NoReturn:
    raise TypeError("a source's field is not in SQL")

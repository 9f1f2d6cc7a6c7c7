"""Plain shapes that follow from shapes: a source that serves rows in the place of a department's tables."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, Numeric, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

from datasources import shapes
from datasources.columns import Money, Ratio, Word, kind_of
from datasources.shapes import Inside, Many, Pages, Renamed, Shape, SubjectLink, of_subject
from datasources.sources import columns
from datasources.sources.columns import Columns, Reader
from datasources.sources.shapes import (
    PlainAmount,
    PlainCoordinate,
    PlainInside,
    PlainMany,
    PlainPages,
    PlainShape,
    PlainShapes,
    Reads,
    column,
    global_id,
    subject_id,
    value,
    within_retention,
)
from datasources.sources.source import IDENTITY, OWNER

# The first that fits counts, so a subclass stands before its base.
_READERS: tuple[tuple[type[TypeEngine[Any]], Reader], ...] = (
    (Word, columns.word),
    (Text, columns.text),
    (Uuid, columns.identifier),
    (Boolean, columns.flag),
    (Integer, columns.whole),
    (Ratio, columns.ratio),
    (Numeric, columns.decimal),
    (Date, columns.day),
    (TIMESTAMP, columns.moment),
)
_UNDERSCORE = re.compile(r"_(.)")


def plain_columns(table: Table) -> Columns:
    """How the columns of a table are read where they come as JSON, but for the two ids, which every row has."""
    return {each.name: _reader(each) for each in table.c if each.name not in (IDENTITY, OWNER)}


def _reader(column: Column[Any]) -> Reader:
    if isinstance(column.type, Word) and column.type.words is not None:
        read = columns.code(column.type.words)
    else:
        read = next(read for known, read in _READERS if isinstance(column.type, known))
    return columns.optional(read) if column.nullable else read


def plain_shapes(
    given: Iterable[Shape],
    resources: Mapping[Table, str],
    fields: Mapping[str, PlainCoordinate],
    alive: Mapping[str, Reads],
) -> PlainShapes:
    """The types over rows of a source, by name.

    `resources` name the rows that stand for each table. `fields` has, by coordinate, every expression and every link
    that is more than "all rows of the customer"; `alive`, by type, every test of rows except that of retention.
    Raises TypeError for what neither follows from the given shapes nor is said here.
    """
    return {shape.type: _plain(shape, resources, fields, alive) for shape in given}


def _plain(
    shape: Shape,
    resources: Mapping[Table, str],
    fields: Mapping[str, PlainCoordinate],
    alive: Mapping[str, Reads],
) -> PlainShape:
    declared = {name: fields.get(f"{shape.type}.{name}") or _linked(shape, name) for name in shape.fields}
    if shape.table is None:
        return PlainShape(shape.type, fields={"id": subject_id(), **declared})
    assert isinstance(shape.table, Table)
    test = within_retention if shape.alive is shapes.within_retention else alive.get(shape.type)
    if (test is None) is not (shape.alive is None):
        raise TypeError(f"say which rows of {shape.type} are alive")
    known = {**dict(_of_columns(shape)), **declared}
    return PlainShape(shape.type, resources[shape.table], known, shape.order, test)


def _of_columns(shape: Shape) -> Iterator[tuple[str, PlainCoordinate]]:
    """Every column as the field of its own name. Which of them clients can ask for is up to the schema."""
    assert shape.table is not None
    yield "id", global_id(shape.type)
    yield "customer", SubjectLink()
    for each in shape.table.c:
        if each.name not in (IDENTITY, OWNER):
            yield _UNDERSCORE.sub(lambda letter: letter[1].upper(), each.name), _shown(shape, each.name)


def _shown(shape: Shape, name: str) -> PlainCoordinate:
    assert shape.table is not None
    type_ = shape.table.c[name].type
    if isinstance(type_, Money):
        return PlainAmount(column(name), column("currency"))
    return value(kind_of(type_), name)


def _linked(shape: Shape, name: str) -> PlainCoordinate:
    match shape.fields[name]:
        case Renamed(column=column):
            return _shown(shape, column)
        case Inside(type=type_, present=None):
            return PlainInside(type_)
        case Many(type=type_, on=on) if on is of_subject:
            return PlainMany(type_)
        case Pages(type=type_, on=on) if on is of_subject:
            return PlainPages(type_)
    raise TypeError(f"{shape.type}.{name} does not follow from its shape over tables: say what it is over plain rows")

"""Shapes in the process of one subgraph: of other departments it has only customers' flags and objects' ids."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Text, func

from auth.departments import CORE
from datasources.core.tables import customer_privacy
from datasources.ids import CUSTOMER
from datasources.json_text import Kind
from datasources.rows import Column, Row
from datasources.shapes import Shape, Shapes, Value
from datasources.sql_text import literal


def subgraph_shapes(shapes: Shapes, department: str, references: Collection[str]) -> Shapes:
    """The shapes for the department's own process. `references` are the types that it knows by their ids only."""
    if department == CORE:
        return {**shapes, **{name: _reference(name) for name in references}}
    return {**shapes, CUSTOMER: replace(shapes[CUSTOMER], table=customer_privacy)}


def _reference(type_: str) -> Shape:
    def expression(row: Row) -> Column:
        return func.concat(literal(f"{type_}_"), row.subject.id, literal("_"), row["row"], type_=Text())

    return Shape(type_, CORE, fields={"id": Value(Kind.WORD, expression, nullable=False)}, is_reference=True)

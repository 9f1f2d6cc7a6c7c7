"""The planner knows the same of service's types whether they are in SQL or behind HTTP."""

import pytest
from graphql import is_object_type

from datasources.service import plain_shapes, shapes
from datasources.service.ticket_system import TicketSystem
from datasources.shapes import Inside, Shape, Value
from datasources.sources.outline import with_outlines
from datasources.sources.rest import Client
from datasources.sources.shapes import PlainShape, Reads
from schema.build import build_schema

GRAPH = build_schema()._schema
IN_SQL = {shape.type: shape for shape in shapes.SHAPES}


@pytest.fixture
async def outlines() -> dict[str, Shape]:
    async with Client.open("http://127.0.0.1:9/", None, 1) as client:
        return dict(with_outlines({}, {"service": TicketSystem(client)}))


def known(shape: Shape) -> object:
    """What the planner looks at: names, kinds and orders."""
    type_ = GRAPH.get_type(shape.type)
    assert is_object_type(type_)
    coordinates = [(name, shape.coordinate(name)) for name in type_.fields]
    fields = [
        (name, type(each), getattr(each, "type", None), each.kind if isinstance(each, Value) else None)
        for name, each in coordinates
    ]
    return shape.type, shape.department, sorted(fields, key=str), shape.order, shape.is_reference


@pytest.mark.parametrize("type_", IN_SQL)
def test_a_type_looks_the_same(type_: str, outlines: dict[str, Shape]) -> None:
    assert known(outlines[type_]) == known(IN_SQL[type_])


def test_an_outline_is_never_expressed_in_sql(outlines: dict[str, Shape]) -> None:
    number = outlines["Ticket"].coordinate("number")
    assert isinstance(number, Value)
    with pytest.raises(TypeError, match="not in SQL"):
        number.expression(None)  # type: ignore[arg-type]


def test_a_source_takes_the_place_of_tables(outlines: dict[str, Shape]) -> None:
    assert outlines.keys() == IN_SQL.keys()
    assert {each.table for each in outlines.values()} == {None}
    assert isinstance(outlines["Ticket"].fields["sla"], Inside)


def test_all_columns_that_shapes_read_are_declared() -> None:
    """What is read and not declared would cost the department its fields with every answer."""
    declared = {name: {*columns, "id", "customer_id"} for name, columns in plain_shapes.RESOURCES.items()}
    for shape in plain_shapes.SHAPES.values():
        for reads in _reads(shape):
            assert set(reads.columns) <= declared.get(shape.resource or "", set()), shape.type
            for resource, columns in reads.others.items():
                assert set(columns) <= declared[resource], shape.type


def _reads(shape: PlainShape) -> list[Reads]:
    found = [shape.alive, *(getattr(each, "value", getattr(each, "present", None)) for each in shape.fields.values())]
    return [each for each in found if isinstance(each, Reads)]

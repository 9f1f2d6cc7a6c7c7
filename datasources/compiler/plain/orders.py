"""The order of plain rows, over governed values: nulls last, the random identity as the last key."""

from collections.abc import Callable, Sequence
from typing import Any

from datasources.compiler.plain.needs import Needs
from datasources.plan import Order
from datasources.sources.shapes import PlainRow, PlainShape, PlainSubject, PlainValue
from datasources.sources.source import IDENTITY

Arrange = Callable[[Sequence[PlainRow], PlainSubject], Sequence[PlainRow]]


def ordering(shape: PlainShape, orders: Sequence[Order], needs: Needs) -> Arrange:
    """The function that sorts a customer's rows. A key that the viewer may not order by is left out; if the customer's
    flags do not allow it, the key is null in every row, and so has no influence.
    """
    allowed = [(order, ordered_value(shape, order.field)) for order in orders if order.effect.allows]
    for _, value in allowed:
        needs.add_reads(shape, value.value)
    keys = [(value.value.read, order.descending, order.effect.condition) for order, value in reversed(allowed)]
    is_reversed = keys[0][1] if keys else False

    def arrange(rows: Sequence[PlainRow], subject: PlainSubject) -> Sequence[PlainRow]:
        # Python's sort is stable, so the rows are sorted by the last key first.
        arranged = sorted(rows, key=lambda row: row[IDENTITY], reverse=is_reversed)
        for read, descending, condition in keys:
            if condition.met_by(subject.flags):
                arranged.sort(key=_key(read, subject, descending=descending), reverse=descending)
        return arranged

    return arrange


def _key(
    read: Callable[[PlainRow, PlainSubject], Any], subject: PlainSubject, *, descending: bool
) -> Callable[[PlainRow], Any]:
    """Nulls come last, whichever the direction."""

    def key(row: PlainRow) -> Any:
        value = read(row, subject)
        return (value is None) is not descending, value

    return key


def ordered_value(shape: PlainShape, name: str) -> PlainValue:
    coordinate = shape.fields[name]
    assert isinstance(coordinate, PlainValue), f"{shape.type}.{name} is no value"
    return coordinate

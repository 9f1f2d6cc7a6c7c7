"""Filters on plain rows: every comparison is false for null, so that a withheld value matches nothing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from datasources.compiler.plain.needs import Needs
from datasources.compiler.plain.orders import ordered_value
from datasources.plan import Filter
from datasources.sources.shapes import PlainRow, PlainShape, PlainSubject

Test = Callable[[PlainRow, PlainSubject], bool]

_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "in": lambda value, given: value in given,
    "from": lambda value, given: bool(value >= given),
    "before": lambda value, given: bool(value < given),
    "starts": lambda value, given: value.lower().startswith(given.lower()),
    "equals": lambda value, given: bool(value == given),
}


def filtering(shape: PlainShape, filters: Sequence[Filter], needs: Needs) -> Sequence[Test]:
    """A test for each filter, over the governed value of its field."""
    for each in filters:
        needs.add_reads(shape, ordered_value(shape, each.field).value)
    return [_test(shape, each) for each in filters]


def _test(shape: PlainShape, narrowing: Filter) -> Test:
    read = ordered_value(shape, narrowing.field).value.read
    compare, given, condition = _OPERATORS[narrowing.operator], narrowing.value.read, narrowing.effect.condition

    def test(row: PlainRow, subject: PlainSubject) -> bool:
        value = read(row, subject)
        return value is not None and condition.met_by(subject.flags) and compare(value, given(subject.variables))

    return test

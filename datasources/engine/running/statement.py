"""One statement as it is run: its SQL, its bound parameters, and how concurrent requests share one run of it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from datasources.engine.pools.packed import concatenate
from datasources.holes import split_texts
from datasources.plan import Parameter, Variables

# With more requests in a run, each gains little and the first wait for the last.
MAX_REQUESTS_PER_RUN = 16
# A page costs mostly by its rows, which sharing does not save: in longer runs PostgreSQL and this process wait in turn.
MAX_REQUESTS_PER_PAGE_RUN = 4


class Binding(Enum):
    """How the values of several requests become one value of a statement."""

    # An array with one value of each request.
    EACH = auto()
    # The requests' arrays, concatenated.
    JOINED = auto()
    # One value, equal for all: a request with another value cannot share the run.
    COMMON = auto()


@dataclass(frozen=True, slots=True)
class BoundParameter:
    """A parameter, and how it is bound. A common value that is a list cannot be compared, and so is never shared."""

    parameter: Parameter
    binding: Binding = Binding.COMMON
    is_list: bool = False


class RequestValues(NamedTuple):
    """What one request binds, in the statement's order, and the values that all requests in a run have in common."""

    values: Sequence[Any]
    common: Hashable


@dataclass(frozen=True)
class Statement:
    """SQL with its bound parameters, in order, the departments it reads, and the sections that its rows answer.

    It runs for any number of requests. If their values are bound as EACH, each row ends with the number of its request,
    from 1. If they are JOINED, the statement is about customers: its one row holds a text of each, in the order of the
    arrays, with SEPARATOR between.
    """

    database: str
    sql: str
    bound: tuple[BoundParameter, ...]
    departments: tuple[str, ...]
    sections: tuple[int, ...] = ()
    max_requests: int = MAX_REQUESTS_PER_RUN

    @cached_property
    def can_be_shared(self) -> bool:
        return not any(each.is_list for each in self.bound)

    @cached_property
    def _common(self) -> tuple[int, ...]:
        return tuple(place for place, each in enumerate(self.bound) if each.binding is Binding.COMMON)

    @cached_property
    def _bindings(self) -> tuple[Binding, ...]:
        return tuple(each.binding for each in self.bound)

    def request_values(self, variables: Variables) -> RequestValues:
        values = [each.parameter.read(variables) for each in self.bound]
        return RequestValues(values, tuple([values[place] for place in self._common]) if self._common else ())

    def merge_values(self, requests: Sequence[RequestValues]) -> list[Any]:
        """The values that a run for these requests binds."""
        return [
            _merge(bound.binding, [request.values[place] for request in requests])
            for place, bound in enumerate(self.bound)
        ]

    def divide_rows(self, rows: Sequence[Any], requests: Sequence[RequestValues]) -> list[Sequence[Any]]:
        """Each request's rows; of a JOINED statement, for each column a list of the texts of its customers.

        Raises Unavailable if the number of texts is not that of the customers.
        """
        if Binding.JOINED in self._bindings:
            place = self._bindings.index(Binding.JOINED)
            return _divide_texts(rows[0], [len(request.values[place]) for request in requests])
        if Binding.EACH not in self._bindings:
            return [rows] * len(requests)
        divided: list[list[Any]] = [[] for _ in requests]
        for row in rows:
            divided[row[-1] - 1].append(row)
        return list(divided)


def _merge(binding: Binding, values: list[Any]) -> Any:
    match binding:
        case Binding.EACH:
            return values
        case Binding.JOINED:
            return values[0] if len(values) == 1 else concatenate(values)
    return values[0]


def _divide_texts(row: Sequence[bytes | None], lengths: Sequence[int]) -> list[Sequence[Any]]:
    ends = list(accumulate(lengths))
    columns = [split_texts(joined, ends[-1]) for joined in row]
    return [[column[end - length : end] for column in columns] for length, end in zip(lengths, ends, strict=True)]

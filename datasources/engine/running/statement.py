"""One statement as it is run: its SQL, what it binds, and how several askers share one run of it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from datasources.engine.pools.packed import joined
from datasources.holes import texts_of
from datasources.plan import Parameter, Variables

# With more requests in a run, each gains little and the first wait for the last.
MAX_REQUESTS_PER_RUN = 16
# A page costs mostly by its rows, which sharing does not save: in longer runs PostgreSQL and this process wait in turn.
MAX_REQUESTS_PER_PAGE_RUN = 4


class Binding(Enum):
    """How the values of several askers become one value of a statement."""

    # One for each of them, in an array.
    EACH = auto()
    # Arrays of theirs, one after the other.
    JOINED = auto()
    # One for all of them: those with another cannot share the run.
    COMMON = auto()


@dataclass(frozen=True, slots=True)
class Bound:
    """A parameter, and how it is bound. `is_list` if a common value is a list, which is compared with no other."""

    parameter: Parameter
    binding: Binding = Binding.COMMON
    is_list: bool = False


class Asked(NamedTuple):
    """What one asker gives a statement: their values in its order, and those that all in a run must have alike."""

    values: Sequence[Any]
    common: Hashable


@dataclass(frozen=True)
class Statement:
    """SQL with what it binds, in order, the departments it asks, and the sections that its rows answer.

    It takes any number of askers. Where their values are bound in arrays (EACH), each of its rows ends with the asker's
    place among them, from 1. Where they tell it of customers (JOINED), its one row holds texts, of all customers in the
    order in which they were told of, with SEPARATOR between.
    """

    database: str
    sql: str
    bound: tuple[Bound, ...]
    departments: tuple[str, ...]
    sections: tuple[int, ...] = ()
    most: int = MAX_REQUESTS_PER_RUN

    @cached_property
    def is_shared(self) -> bool:
        return not any(each.is_list for each in self.bound)

    @cached_property
    def _common(self) -> tuple[int, ...]:
        return tuple(place for place, each in enumerate(self.bound) if each.binding is Binding.COMMON)

    def asked(self, variables: Variables) -> Asked:
        values = [each.parameter.read(variables) for each in self.bound]
        return Asked(values, tuple([values[place] for place in self._common]) if self._common else ())

    def values(self, askers: Sequence[Asked]) -> list[Any]:
        """What is bound for all of them."""
        return [
            _merged(bound.binding, [asked.values[place] for asked in askers]) for place, bound in enumerate(self.bound)
        ]

    @cached_property
    def _bindings(self) -> tuple[Binding, ...]:
        return tuple(each.binding for each in self.bound)

    def divided(self, rows: Sequence[Any], askers: Sequence[Asked]) -> list[Sequence[Any]]:
        """Each asker's own rows; of what is JOINED, a list of their customers' texts for each column. Raises
        Unavailable where there are not as many.
        """
        if Binding.JOINED in self._bindings:
            told = self._bindings.index(Binding.JOINED)
            return _cut(rows[0], [len(asked.values[told]) for asked in askers])
        if Binding.EACH not in self._bindings:
            return [rows] * len(askers)
        found: list[list[Any]] = [[] for _ in askers]
        for row in rows:
            found[row[-1] - 1].append(row)
        return list(found)


def _merged(binding: Binding, values: list[Any]) -> Any:
    match binding:
        case Binding.EACH:
            return values
        case Binding.JOINED:
            return values[0] if len(values) == 1 else joined(values)
    return values[0]


def _cut(row: Sequence[bytes | None], lengths: Sequence[int]) -> list[Sequence[Any]]:
    ends = list(accumulate(lengths))
    columns = [texts_of(joined, ends[-1]) for joined in row]
    return [[column[end - length : end] for column in columns] for length, end in zip(lengths, ends, strict=True)]

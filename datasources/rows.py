"""Rows and subjects: what a coordinate's expression may refer to inside a statement."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, case

from auth.policy.effects import ALWAYS, Condition, Effect
from auth.policy.flags import EXPIRING
from datasources.sql_text import number

Column = ColumnElement[Any]


def is_nullable(value: Column) -> bool:
    """Whether it can be NULL: all but the columns that are declared NOT NULL, where no outer join is made of them."""
    return getattr(value, "nullable", True)


class _Named(Protocol):
    def __getitem__(self, name: str, /) -> Any: ...


class Columns(Protocol):
    """What has columns by their names: a table under its alias, or a sub-select."""

    @property
    def c(self) -> _Named: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer that a statement is about, as its columns within that statement.

    `flags` are core's, already without what has expired at `as_of`, core's clock; `ordinal` counts the customers of
    the answer from 1, where anybody asks. `customer` is core's row where core answers in this statement, else None.
    `known` is what the statement around has made sure of already: it need not be tested again for every row of a list.
    `stored` are the flags as they stand in the row, where they are at hand: enough for a condition on bits that do not
    expire.
    """

    id: Column
    flags: Column
    as_of: Column
    ordinal: Column | None
    customer: Columns | None = None
    known: Condition = ALWAYS
    stored: Column | None = None

    def meets(self, condition: Condition) -> ColumnElement[bool] | None:
        """The condition as SQL, None where it is known to hold. Its bits are literals: they belong to the plan."""
        if self.known.implies(condition):
            return None
        return and_(*(self._is(bit, bool(bit & condition.want)) for bit in condition.each_bit))

    def governed(self, value: Column, effect: Effect) -> Column:
        """What a field means wherever it is used: its value where the viewer may use it, else NULL."""
        allowed = self.meets(effect.condition)
        return value if allowed is None else case((allowed, value))

    def _is(self, bit: int, wanted: bool) -> ColumnElement[bool]:
        """One bit as wanted, by an inequation: PostgreSQL takes an equation of bits for something rare, and would
        sort a whole table rather than walk it in order.
        """
        lasting = self.stored is not None and not bit & EXPIRING
        flags: Column = self.stored if lasting else self.flags  # type: ignore[assignment]
        return flags.bitwise_and(number(bit)) != number(0 if wanted else bit)

    def knowing(self, condition: Condition) -> "Subject":
        """The subject below a place where the condition has been tested."""
        return replace(self, known=self.known & condition)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table under its alias, and the subject that it is about."""

    table: Columns
    subject: Subject

    def knowing(self, condition: Condition) -> "Row":
        return replace(self, subject=self.subject.knowing(condition))

    def __getitem__(self, column: str) -> Column:
        found: Column = self.table.c[column]
        return found

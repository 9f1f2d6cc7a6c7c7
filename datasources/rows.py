"""Rows and subjects: what a coordinate's expression may refer to inside a statement."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, case

from auth.policy.effects import ALWAYS, Condition, Effect
from auth.policy.flags import EXPIRING
from datasources.sql_text import number

Column = ColumnElement[Any]


def is_nullable(value: Column) -> bool:
    """Whether the value can be NULL: any but a column that is declared NOT NULL, since there are no outer joins."""
    return getattr(value, "nullable", True)


class _Named(Protocol):
    def __getitem__(self, name: str, /) -> Any: ...


class Columns(Protocol):
    """A table under its alias, or a sub-select."""

    @property
    def c(self) -> _Named: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer that a statement is about, as its columns within that statement.

    `flags` are core's, without what has expired at `as_of`, core's clock. `ordinal` numbers the customers of the answer
    from 1, where holes need it. `customer` is core's row if core answers in this statement, else None. `known` is the
    condition that the statement around has tested, so that it is not tested again for every row of a list. `stored` are
    the row's flags with what has expired, enough for a condition on bits that do not expire.
    """

    id: Column
    flags: Column
    as_of: Column
    ordinal: Column | None
    customer: Columns | None = None
    known: Condition = ALWAYS
    stored: Column | None = None

    def meets(self, condition: Condition) -> ColumnElement[bool] | None:
        """The condition as SQL; None if it is known to hold. Its bits are literals, because they belong to the plan."""
        if self.known.implies(condition):
            return None
        return and_(*(self._is(bit, bool(bit & condition.want)) for bit in condition.each_bit))

    def governed(self, value: Column, effect: Effect) -> Column:
        """The field's value where the viewer may use it, else NULL. This is its meaning wherever it is used."""
        allowed = self.meets(effect.condition)
        return value if allowed is None else case((allowed, value))

    def _is(self, bit: int, wanted: bool) -> ColumnElement[bool]:
        """The test of one bit. An inequation, because PostgreSQL estimates that an equation of bits holds for few rows,
        and would then sort a whole table instead of reading it in the order of an index.
        """
        lasting = self.stored is not None and not bit & EXPIRING
        flags: Column = self.stored if lasting else self.flags  # type: ignore[assignment]
        return flags.bitwise_and(number(bit)) != number(0 if wanted else bit)

    def knowing(self, condition: Condition) -> "Subject":
        """The subject where the condition has been tested."""
        return replace(self, known=self.known & condition)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table under its alias, and the subject that it is about."""

    table: Columns
    subject: Subject

    def knowing(self, condition: Condition) -> "Row":
        return replace(self, subject=self.subject.knowing(condition))

    def __getitem__(self, column: str) -> Column:
        value: Column = self.table.c[column]
        return value

"""Keyset paging: orders as SQL, and the comparison with the row that a cursor names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, tuple_

from datasources.rows import Column


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key of an order: the governed expression, its direction, and whether it can be NULL (which sorts last).

    If it can, `shown` is the test for rows in which it is not, where it equals `plain`, which has an index.
    """

    column: Column
    descending: bool
    nullable: bool
    plain: Column | None = None
    shown: ColumnElement[bool] | None = None

    def ordered(self, *, backwards: bool = False) -> ColumnElement[Any]:
        column = self.column.desc() if self.descending != backwards else self.column.asc()
        if not self.nullable:
            return column
        return column.nulls_first() if backwards else column.nulls_last()

    def beyond(self, there: Column, *, after: bool) -> ColumnElement[bool]:
        """By this key alone, the row is after (or before) the one whose key is `there`."""
        past = self.column < there if self.descending == after else self.column > there
        if not self.nullable:
            return past
        null_wins = (self.column, there) if after else (there, self.column)
        return or_(past, and_(null_wins[0].is_(None), null_wins[1].is_not(None)))


def beyond(keys: Sequence[SortKey], there: Sequence[Column], *, after: bool) -> ColumnElement[bool]:
    """Rows after (or before) the row with the keys `there`, in the order that the keys give."""
    if len({key.descending for key in keys}) == 1 and not any(key.nullable for key in keys):
        # An index can answer this form.
        mine, theirs = tuple_(*(key.column for key in keys)), tuple_(*there)
        return mine < theirs if keys[0].descending == after else mine > theirs
    branches = []
    for n, key in enumerate(keys):
        equal = [keys[m].column.is_not_distinct_from(there[m]) for m in range(n)]
        branches.append(and_(*equal, key.beyond(there[n], after=after)))
    return or_(*branches)

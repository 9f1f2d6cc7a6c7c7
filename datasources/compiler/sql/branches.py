"""Pages in an order in which some rows show no key: two branches, each in the order of an index.

An order over `CASE WHEN allowed THEN name END` has no index and reads every customer. The rows that show their names,
in the order of names, followed by the others, in the order of ids, are the same order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select, union_all

from datasources.compiler.sql.keyset import SortKey, beyond
from datasources.plan import Page
from datasources.rows import Column
from datasources.sql_text import number

# Selects the rows of a page with their rank.
Ranked = Callable[[ColumnElement[int]], Select[Any]]
# The keys of the row that a cursor names, and whether the page lies after it.
Bound = tuple[Sequence[Column], bool]


@dataclass(frozen=True, slots=True)
class Branch:
    """The rows whose key is shown, or those whose key is not, in their own order."""

    keys: Sequence[SortKey]
    test: ColumnElement[bool]
    is_shown: bool

    def bounded(self, there: Sequence[Column], *, after: bool) -> ColumnElement[bool]:
        """Its rows after (or before) the row with the keys `there`, which may lie in the other branch."""
        key, identity = there
        if self.is_shown:
            past = beyond(self.keys, there, after=after)
            return past if after else or_(key.is_(None), past)
        past = beyond(self.keys, [identity], after=after)
        return or_(key.is_not(None), past) if after else and_(key.is_(None), past)

    def rows(self, ranked: Ranked, page: Page, limit: int, bounds: Sequence[Bound], start: Column) -> Select[Any]:
        """Its rows on the page, ranked from `start`."""
        ordered = [key.ordered(backwards=page.backwards) for key in self.keys]
        tests = [self.bounded(there, after=after) for there, after in bounds]
        rows = ranked((start + func.row_number().over(order_by=ordered)).label("rank"))
        return rows.where(self.test, *tests).order_by(*ordered).limit(number(limit))


def has_branches(keys: Sequence[SortKey]) -> bool:
    return len(keys) == 2 and keys[0].shown is not None


def in_branches(
    ranked: Ranked, keys: Sequence[SortKey], page: Page, limit: int, bounds: Sequence[Bound]
) -> Select[Any]:
    """The page's rows with their ranks, in the order of the keys: one that may not show, and the identity."""
    first, second = _branches(keys, backwards=page.backwards)
    leading = first.rows(ranked, page, limit, bounds, number(0)).cte("leading", nesting=True)
    filled = select(func.count()).select_from(leading).scalar_subquery()
    # If the first branch fills the page, PostgreSQL does not run the second.
    others = second.rows(ranked, page, limit, bounds, filled).where(filled < number(limit))
    trailing = others.cte("trailing", nesting=True)
    both = union_all(select(leading), select(trailing)).subquery()
    return select(both).order_by(both.c.rank).limit(number(limit))


def _branches(keys: Sequence[SortKey], *, backwards: bool) -> tuple[Branch, Branch]:
    """In reading order: rows without a key come last."""
    key, identity = keys
    assert key.plain is not None
    assert key.shown is not None
    shown = Branch([SortKey(key.plain, key.descending, nullable=False), identity], key.shown, is_shown=True)
    others = Branch([identity], not_(key.shown), is_shown=False)
    return (others, shown) if backwards else (shown, others)

"""The ceiling: the scopes and categories that a client's contract allows. It only removes rights from a grant."""

from collections.abc import Iterable
from dataclasses import dataclass

from auth.departments import DEPARTMENTS
from auth.policy.categories import Category

READ = ":read"
SCOPES = tuple(f"{department}{READ}" for department in DEPARTMENTS)

# The scope that opens the categories below a key. The first prefix that fits counts.
_SCOPES_BY_PREFIX = {
    "user.financial.": "finance:read",
    "user.purchase.": "sales:read",
    "derived.recommendation": "sales:read",
    "user.service.": "service:read",
    "user.behavior.": "marketing:read",
    "user.loyalty": "marketing:read",
    "derived.": "marketing:read",
}


def scope_of(category: Category) -> str:
    """The scope that opens a category; `core:read` for the categories that all departments share.

    The scope says nothing about where the data is: an order's number in a root field of sales is opened by the scope
    of its category.
    """
    return next(
        (scope for prefix, scope in _SCOPES_BY_PREFIX.items() if category.value.startswith(prefix)), "core:read"
    )


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The scopes of a client's token, and the categories of its contract (None: all of them)."""

    scopes: frozenset[str]
    categories: frozenset[Category] | None = None

    @classmethod
    def of(cls, scopes: Iterable[str], categories: Iterable[Category] | None = None) -> "Ceiling":
        """From the scopes of a token. Unknown scopes open nothing."""
        known = frozenset(scopes) & frozenset(SCOPES)
        return cls(known, None if categories is None else frozenset(categories))

    def covers(self, category: Category) -> bool:
        if not category.is_personal:
            return True
        is_listed = self.categories is None or category in self.categories
        return is_listed and scope_of(category) in self.scopes

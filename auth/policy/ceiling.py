"""The ceiling: the scopes and categories that a client's contract allows. It only removes rights from a grant."""

from collections.abc import Iterable
from dataclasses import dataclass

from auth.departments import DEPARTMENTS
from auth.policy.categories import Category

READ = ":read"
SCOPES = tuple(f"{department}{READ}" for department in DEPARTMENTS)


def scope_of(category: Category) -> str:
    """The scope that opens a category."""
    return f"{category.department.lower()}{READ}"


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

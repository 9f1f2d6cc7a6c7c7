"""Limits of one operation, checked before any work is done for it."""

from dataclasses import dataclass

from datasources.plan import MAX_ROWS_PER_LIST
from resolvers.codes import Code
from resolvers.documents.extent import Extent
from resolvers.refusal import OperationRefused, refusal

# Longer than any screen's document, and parsed in a few milliseconds.
MAX_DOCUMENT_CHARACTERS = 100_000
# Validation compares the fields of one place pair by pair.
MAX_FIELDS_IN_ONE_PLACE = 200
# Validation follows chains of fragments recursively.
MAX_FRAGMENTS = 100
# Each operation is validated, and one of them is run.
MAX_OPERATIONS = 50

# A list's size given by a variable is planned as the next of these, so that few statements serve all sizes.
_PLANNED_SIZES = (1, 5, 10, 25, 50, MAX_ROWS_PER_LIST)

_REMEDIES = {
    "characters": "Ask in several operations.",
    "tokens": "Ask in several operations, and give values by variables.",
    "comments": "Leave them out.",
    "fragments": "Ask in several operations.",
    "operations": "Send each in a document of its own.",
    "depth": "Ask again from the objects that you found, by their ids.",
    "aliases": "Ask for a list instead of many single things, or in several operations.",
    "root fields": "Ask for a list instead of many single things, or in several operations.",
    "fields": "Ask for what is shown only, or in several operations.",
    "fields in one place": "Ask for what is shown only, or in several operations.",
    "cost": "Ask for shorter lists (`first`), fewer lists within lists, or in several operations.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits, each a setting described in docs/settings.md."""

    tokens: int = 2_000
    depth: int = 20
    aliases: int = 30
    root_fields: int = 10
    fields: int = 500
    cost: int = 10_000

    def check_extent(self, extent: Extent) -> None:
        """Raises OperationRefused for a document of which some part goes too far."""
        check_limit("root fields", extent.roots, self.root_fields)
        check_limit("depth", extent.depth, self.depth)
        check_limit("aliases", extent.aliases, self.aliases)
        check_limit("fields", extent.fields, self.fields)
        check_limit("fields in one place", extent.breadth, MAX_FIELDS_IN_ONE_PLACE)

    def check_cost(self, cost: int) -> None:
        check_limit("cost", cost, self.cost)


DEFAULT_LIMITS = Limits()
# For tests with random operations.
UNLIMITED = Limits(tokens=15_000, depth=10**9, aliases=10**9, root_fields=10**9, fields=5_000, cost=10**18)


def round_size(size: int) -> int:
    """The size that a list with a variable size is planned with; 0 for a size out of bounds, which is refused."""
    return next((limit for limit in _PLANNED_SIZES if 1 <= size <= limit), 0)


def check_limit(measure: str, value: int, limit: int) -> None:
    if value > limit:
        raise limit_exceeded(measure, limit, value)


def limit_exceeded(measure: str, limit: int, value: int | None = None) -> OperationRefused:
    """`value` is None if the document was not read to its end. It is shown as an integer that JavaScript can hold."""
    shown = {} if value is None else {"found": min(value, 2**53 - 1)}
    has = "more than the limit" if value is None else f"{shown['found']}"
    message = f"The operation's {measure}: {has}, where the limit is {limit}. {_REMEDIES[measure]}"
    return refusal(Code.COST_EXCEEDED, message, measure=measure, limit=limit, **shown)

"""Points that an operation was estimated at and that its answer came to: `extensions.cost`."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

import orjson

from resolvers.answering.throttle import Standing
from resolvers.documents.costs import Cost
from resolvers.planning.plans import Plan
from resolvers.prices import POINTS_PER_STATEMENT

# An operation that planning refuses costs little, but not nothing, so that refusals in a loop are limited.
POINTS_OF_REFUSAL = 1


@dataclass(frozen=True, slots=True)
class Spending:
    """Points of an operation: as estimated, and as its answer came to."""

    requested: int
    actual: int

    def serialize(self, standing: Standing | None) -> bytes:
        """`extensions.cost`."""
        throttle = {"throttleStatus": standing.throttle_status()} if standing is not None else {}
        return orjson.dumps({"requestedQueryCost": self.requested, "actualQueryCost": self.actual, **throttle})


def spending(cost: Cost, plan: Plan, texts: Iterable[bytes]) -> Spending:
    """The actual points count the objects in the answer's own text, so that they reveal nothing more than the answer.
    They never exceed the estimate.
    """
    if plan.rest is not None:
        # Fields that graphql-core executes cost their estimate, whatever they answer.
        return Spending(cost.points, cost.points)
    shown = sum(text.count(b"{") for text in texts)
    # `cost.values` are computed values, such as counts, which are no objects of the text.
    actual = ceil(POINTS_PER_STATEMENT * len(plan.roots)) + shown + cost.values
    return Spending(cost.points, min(cost.points, actual))

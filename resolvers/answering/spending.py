"""What an operation was priced at and what its answer came to, told to clients who ask for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

import orjson

from resolvers.answering.throttle import Standing
from resolvers.documents.costs import Cost
from resolvers.planning.plans import Plan
from resolvers.prices import POINTS_PER_STATEMENT

# What an operation comes to that is refused when it is planned: little, but not nothing for whoever does it in a loop.
REFUSED = 1


@dataclass(frozen=True, slots=True)
class Spending:
    """Points of an operation: those requested, and those that its answer came to."""

    requested: int
    actual: int

    def told(self, standing: Standing | None) -> bytes:
        """`extensions.cost`."""
        throttle = {"throttleStatus": standing.told()} if standing is not None else {}
        told = {"requestedQueryCost": self.requested, "actualQueryCost": self.actual, **throttle}
        return orjson.dumps(told)


def spending(cost: Cost, plan: Plan, texts: Iterable[bytes]) -> Spending:
    """The actual cost is counted in the answer's own text, as the objects that it shows: so it cannot tell of anything
    that the answer does not. It never exceeds what was requested.
    """
    if plan.rest is not None:
        # What functions answer took them their time, whatever came of it.
        return Spending(cost.points, cost.points)
    shown = sum(text.count(b"{") for text in texts)
    # What was counted took its time too.
    actual = ceil(POINTS_PER_STATEMENT * len(plan.roots)) + shown + cost.values
    return Spending(cost.points, min(cost.points, actual))

"""Token-bucket rate limiting: an operation spends its points; an empty bucket is RATE_LIMITED with a time to wait."""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, floor

from auth.rates import MAX_BUCKETS, Buckets, BucketsUnavailable, Level, OwnBuckets, Rate
from auth.viewer import Viewer
from resolvers.codes import Code
from resolvers.refusal import OperationRefused, refusal

POINTS = "points"
log = logging.getLogger("customer360.throttle")


@dataclass(frozen=True, slots=True)
class Standing:
    """The level of a client's bucket: its rate, how much is left, and the unit."""

    rate: Rate
    left: float
    unit: str = POINTS

    @property
    def seconds_to_full(self) -> int:
        return ceil((self.rate.capacity - self.left) / self.rate.per_second)

    def seconds_to(self, points: float) -> int:
        """Seconds until the bucket holds so many points."""
        return max(1, ceil((points - self.left) / self.rate.per_second))

    def throttle_status(self) -> Mapping[str, int | float]:
        rate = self.rate
        return {
            "maximumAvailable": floor(rate.capacity),
            "currentlyAvailable": floor(self.left),
            "restoreRate": rate.per_second,
        }


class Throttled(OperationRefused):
    """The bucket holds too little. Nothing was drawn."""

    def __init__(self, refusal: OperationRefused, standing: Standing, seconds: int) -> None:
        super().__init__(refusal.errors)
        self.standing = standing
        self.seconds = seconds


@dataclass(slots=True)
class Throttle:
    """Limits the points that a client spends, and the documents that are new in this process.

    A client with a rate of its own has one bucket; of other clients, each person has one.
    """

    usual: Rate | None = None
    clients: Mapping[str, Rate] = field(default_factory=dict)
    new_documents: Rate | None = None
    buckets: Buckets = field(default_factory=OwnBuckets)
    # Points that were drawn and not needed, kept until the next draw so that returning them costs no statement.
    _credit: OrderedDict[str, float] = field(default_factory=OrderedDict)
    _own: OwnBuckets = field(default_factory=OwnBuckets)
    _new: OwnBuckets = field(default_factory=OwnBuckets)

    async def draw(self, viewer: Viewer, cost: int) -> Standing | None:
        """Draw an operation's points. None if the client is not limited; raises Throttled if there are too few."""
        rate = self._rate(viewer)
        if rate is None:
            return None
        # A full bucket is enough for any operation within the limits.
        points = min(cost, rate.capacity)
        key = self._key(viewer)
        credit = self._credit.pop(key, 0.0)
        level = await self._draw(key, points - credit, rate)
        standing = Standing(rate, level.left)
        if not level.is_enough:
            self._keep_credit(key, credit)
            seconds = standing.seconds_to(points - credit)
            raise Throttled(_rate_limited(f"It costs {cost} points.", seconds), standing, seconds)
        return standing

    def give_back(self, viewer: Viewer, standing: Standing | None, cost: int, actual: int) -> Standing | None:
        """Credit what was drawn for `cost` and not needed to the client's next draw."""
        if standing is None:
            return None
        rate, key = standing.rate, self._key(viewer)
        # An operation that costs more than a full bucket drew only the full bucket.
        points = max(0.0, min(cost, rate.capacity) - actual)
        self._keep_credit(key, self._credit.get(key, 0.0) + points)
        return Standing(rate, min(rate.capacity, standing.left + points))

    def check_new(self, viewer: Viewer) -> None:
        """Draw for a document or plan that this process has not cached. Raises Throttled."""
        if self.new_documents is None:
            return
        level = self._new.take(self._key(viewer), 1, self.new_documents)
        if not level.is_enough:
            standing = Standing(self.new_documents, level.left, "documents")
            seconds = standing.seconds_to(1)
            hint = "Too many documents are new here. Send the same document, and values by variables."
            raise Throttled(_rate_limited(hint, seconds), standing, seconds)

    async def _draw(self, key: str, points: float, rate: Rate) -> Level:
        """Draw from the shared buckets, or from this process's own while they are unavailable."""
        try:
            return await self.buckets.draw(key, points, rate)
        except BucketsUnavailable as error:
            log.warning("the shared buckets are unavailable, so this process counts by itself: %s", error)
            return self._own.take(key, points, rate)

    def _rate(self, viewer: Viewer) -> Rate | None:
        return self.clients.get(viewer.client or "", self.usual)

    def _key(self, viewer: Viewer) -> str:
        if viewer.client in self.clients:
            return f"client {viewer.client}"
        return f"person {viewer.client or ''} {viewer.subject}"

    def _keep_credit(self, key: str, credit: float) -> None:
        if credit:
            self._credit[key] = credit
            if len(self._credit) > MAX_BUCKETS:
                self._credit.popitem(last=False)


def _rate_limited(why: str, seconds: int) -> OperationRefused:
    message = f"More is asked than is allowed in this time. {why} Ask again in {seconds} s."
    return refusal(Code.RATE_LIMITED, message, retryAfter=seconds)

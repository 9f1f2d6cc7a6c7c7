"""A sample customer's scores, computed from their orders: recency, frequency, monetary value."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from math import exp

from datasources.currencies import round_amount
from datasources.marketing import tables
from datasources.sample.profile import Profile
from datasources.sample.rows import Rows, noon
from datasources.sample.sales import Order

HORIZON_DAYS = 365
# Bounds between scores: days since the last order, number of orders, euros spent. Fixed, so that a score does not
# depend on the other customers.
RECENCY_BOUNDS = (30, 90, 180, 365)
FREQUENCY_BOUNDS = (2, 4, 8, 16)
MONETARY_BOUNDS = (100, 400, 1_200, 4_000)


@dataclass(frozen=True)
class Score:
    currency: str
    recency_days: int
    frequency: int
    monetary: Decimal
    recency_score: int
    frequency_score: int
    monetary_score: int

    @property
    def rfm_code(self) -> str:
        return f"{self.recency_score}{self.frequency_score}{self.monetary_score}"

    @property
    def churn_probability(self) -> Decimal:
        """Return a probability that grows with the days since the last order, relative to their usual interval."""
        silence = self.recency_days / (HORIZON_DAYS / (1 + self.frequency**0.5))
        return Decimal(f"{1 - exp(-silence / 2):.4f}")

    @property
    def lifetime_value(self) -> Decimal:
        yearly = self.monetary / max(self.frequency, 1) * min(self.frequency, 24)
        return round_amount(yearly * (1 - self.churn_probability), self.currency)


def score_orders(profile: Profile, orders: list[Order]) -> Score | None:
    """Score the delivered orders in the customer's own currency; None if there are none."""
    counted = [order for order in orders if order.is_delivered and order.currency == profile.currency]
    if not counted:
        return None
    recency = (profile.today - counted[-1].placed_on).days
    monetary = sum((order.total for order in counted), Decimal(0))
    euros = monetary / profile.home.country.per_euro
    return Score(
        currency=profile.currency,
        recency_days=recency,
        frequency=len(counted),
        monetary=monetary,
        recency_score=5 - bisect_right(RECENCY_BOUNDS, recency),
        frequency_score=1 + bisect_right(FREQUENCY_BOUNDS, len(counted)),
        monetary_score=1 + bisect_right(MONETARY_BOUNDS, euros),
    )


def add_score(rows: Rows, profile: Profile, score: Score) -> None:
    rows.add(
        tables.score,
        customer_id=profile.id,
        recency_days=score.recency_days,
        frequency=score.frequency,
        monetary=score.monetary,
        currency=score.currency,
        rfm_code=score.rfm_code,
        lifetime_value=score.lifetime_value,
        lifetime_horizon_days=HORIZON_DAYS,
        lifetime_model="rhythm/1",
        churn_probability=score.churn_probability,
        churn_horizon_days=HORIZON_DAYS,
        churn_model="rhythm/1",
        computed_at=noon(profile.today) - timedelta(hours=10),
    )

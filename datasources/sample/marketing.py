"""Marketing's part of a sample customer: touchpoints, segments, interests and loyalty."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from datasources.marketing import tables
from datasources.marketing.codes import LoyaltyTier, TouchpointOutcome
from datasources.sample.catalog import Campaign, Catalog
from datasources.sample.consents import Statement, allows_marketing
from datasources.sample.profile import Profile
from datasources.sample.rows import Rows, moment_on, new_id, noon
from datasources.sample.sales import Order
from datasources.sample.scores import Score

OUTCOMES = (
    TouchpointOutcome.SENT,
    TouchpointOutcome.OPENED,
    TouchpointOutcome.CLICKED,
    TouchpointOutcome.BOUNCED,
)
TIERS = {
    LoyaltyTier.PLATINUM: 8_000,
    LoyaltyTier.GOLD: 3_000,
    LoyaltyTier.SILVER: 1_000,
    LoyaltyTier.BASIC: 0,
}


def segments_of(profile: Profile, score: Score | None, shares: dict[str, Decimal]) -> dict[str, str]:
    """Return the reason for each segment that the customer is in, by code."""
    found = {}
    if score is not None and score.monetary_score == 5 and score.recency_score >= 4:
        found["VIP"] = f"RFM {score.rfm_code}"
    if score is not None and score.frequency_score >= 4:
        found["LOYAL"] = f"{score.frequency} orders"
    if profile.traits.customer_for_days < 120:
        found["NEW"] = f"customer since {profile.since}"
    if score is not None and score.recency_days > 365:
        found["LAPSED"] = f"last order {score.recency_days} days ago"
    if shares.get("Coffee", Decimal(0)) >= Decimal(1) / 3:
        found["COFFEE"] = f"{shares['Coffee']:.0%} of what they bought"
    if profile.is_organization:
        found["B2B"] = "is a firm"
    return found


def category_shares(orders: list[Order]) -> dict[str, Decimal]:
    """Return each category's share of the money spent, rounded to hundredths."""
    spent: dict[str, Decimal] = defaultdict(Decimal)
    for order in orders:
        if order.is_delivered:
            for line in order.lines:
                spent[line.product.category] += line.amount / order.country.per_euro
    total = sum(spent.values(), Decimal(0))
    return {category: (part / total).quantize(Decimal("0.01")) for category, part in spent.items()} if total else {}


def add_marketing(
    rows: Rows,
    profile: Profile,
    goods: Catalog,
    orders: list[Order],
    said: list[Statement],
    segments: dict[str, str],
    rng: Random,
) -> None:
    _add_conversions(rows, profile, goods, orders, said, rng)
    _add_mailings(rows, profile, goods, said, rng)
    for code, because in segments.items():
        rows.add(
            tables.segment_membership,
            customer_id=profile.id,
            segment_id=goods.segments[code][0],
            entered_on=max(profile.since, profile.today - timedelta(days=rng.randrange(1, 100))),
            because=because,
        )
    for topic, share in category_shares(orders).items():
        rows.add(tables.interest, customer_id=profile.id, topic=topic, score=share, updated_at=noon(profile.today))


def add_loyalty(rows: Rows, profile: Profile, orders: list[Order], rng: Random) -> None:
    """Add loyalty: a point for each euro delivered in the last three years."""
    since = profile.today - timedelta(days=3 * 365)
    counted = [order for order in orders if order.is_delivered and order.placed_on >= since]
    points = sum(int(order.total / order.country.per_euro) for order in counted)
    expiring = min(points, rng.randrange(400)) if points else 0
    rows.add(
        tables.loyalty,
        customer_id=profile.id,
        program="Club",
        tier=next(tier for tier, least in TIERS.items() if points >= least),
        points=points,
        expiring_points=expiring or None,
        expiring_on=date(profile.today.year, 12, 31) if expiring else None,
    )


def _add_conversions(
    rows: Rows, profile: Profile, goods: Catalog, orders: list[Order], said: list[Statement], rng: Random
) -> None:
    """Attribute some orders to a campaign of that day: a click, and a conversion with the order's total."""
    for order in orders:
        running = [each for each in goods.campaigns.values() if each.runs_on(order.placed_on)]
        clicked_at = order.placed_at - timedelta(minutes=rng.randrange(3, 400))
        if running and order.is_delivered and rng.random() < 0.1 and allows_marketing(said, clicked_at):
            campaign = rng.choice(running)
            _add_touch(rows, profile, campaign, TouchpointOutcome.CLICKED, clicked_at, rng)
            _add_touch(rows, profile, campaign, TouchpointOutcome.CONVERTED, order.placed_at, rng, order)


def _add_mailings(rows: Rows, profile: Profile, goods: Catalog, said: list[Statement], rng: Random) -> None:
    campaigns = list(goods.campaigns.values())
    for _ in range(rng.randrange(3, 14)):
        days_ago = rng.randrange(1, max(profile.traits.customer_for_days, 2))
        sent_at = moment_on(profile.today - timedelta(days=days_ago), rng)
        campaign = rng.choice(campaigns)
        if campaign.runs_on(sent_at.date()) and allows_marketing(said, sent_at):
            _add_touch(rows, profile, campaign, rng.choices(OUTCOMES, (50, 30, 15, 5))[0], sent_at, rng)


def _add_touch(
    rows: Rows,
    profile: Profile,
    campaign: Campaign,
    outcome: TouchpointOutcome,
    occurred_at: datetime,
    rng: Random,
    order: Order | None = None,
) -> None:
    rows.add(
        tables.touchpoint,
        customer_id=profile.id,
        id=new_id(rng),
        campaign_id=campaign.id,
        channel=campaign.channel,
        outcome=outcome,
        occurred_at=occurred_at,
        currency=order.currency if order else None,
        revenue=order.total if order else None,
        retain_until=occurred_at.date() + timedelta(days=730),
    )

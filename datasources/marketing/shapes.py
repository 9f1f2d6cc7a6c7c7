"""How marketing's types are expressed over marketing's tables."""

from sqlalchemy import ColumnElement, Subquery, or_, select, true

from datasources.marketing import tables
from datasources.rows import Row
from datasources.shapes import (
    Inside,
    Key,
    Many,
    One,
    Pages,
    Shape,
    SubjectLink,
    Test,
    count,
    date,
    global_id,
    moment,
    money,
    of_subject,
    ratio,
    text,
    within_retention,
    word,
)
from datasources.sql_text import number


def _campaign_of(row: Row, other: Row) -> ColumnElement[bool]:
    return other["id"] == row["campaign_id"]


def _reached_by(row: Row, other: Row) -> ColumnElement[bool]:
    """The other row is a campaign that reached the customer at least once."""
    touchpoint = tables.touchpoint.alias()
    touched = Row(touchpoint, row.subject)
    campaigns = select(touchpoint.c.campaign_id).where(of_subject(row, touched), within_retention(touched))
    return other["id"].in_(campaigns.correlate_except(touchpoint))


def _memberships() -> Subquery:
    """Which customer is in which segment, with the segment's own words."""
    member, segment = tables.segment_membership, tables.segment
    # The one segment of each membership, so that they stay in their index's order and need no sorting.
    words = select(segment.c.name, segment.c.definition).where(segment.c.id == member.c.segment_id).limit(number(1))
    its = words.correlate(member).lateral("its")
    return select(*member.c, its.c.name, its.c.definition).select_from(member.join(its, true())).subquery()


def _has_any(*columns: str) -> Test:
    return lambda row: or_(*(row[column].is_not(None) for column in columns))


MARKETING = Shape(
    "Marketing",
    "marketing",
    fields={
        "touchpoints": Pages("Touchpoint", of_subject),
        "campaigns": Many("Campaign", _reached_by),
        "segments": Many("Segment", of_subject),
        "interests": Many("Interest", of_subject),
        "scores": One("Scores", of_subject),
        "loyalty": One("Loyalty", of_subject),
    },
)

CAMPAIGN = Shape(
    "Campaign",
    "marketing",
    tables.campaign,
    {
        "code": text("code"),
        "name": text("name"),
        "channel": word("channel"),
        "startsOn": date("starts_on"),
        "endsOn": date("ends_on"),
    },
    order=(Key("startsOn"),),
)

TOUCHPOINT = Shape(
    "Touchpoint",
    "marketing",
    tables.touchpoint,
    {
        "id": global_id("Touchpoint"),
        "campaign": One("Campaign", _campaign_of),
        "channel": word("channel"),
        "outcome": word("outcome"),
        "occurredAt": moment("occurred_at"),
        "revenue": money("revenue"),
        "customer": SubjectLink(),
    },
    order=(Key("occurredAt"),),
    alive=within_retention,
)

SEGMENT = Shape(
    "Segment",
    "marketing",
    _memberships(),
    {
        "name": text("name"),
        "definition": text("definition"),
        "enteredOn": date("entered_on"),
        "because": text("because"),
    },
    order=(Key("enteredOn"),),
    identity="segment_id",
)

INTEREST = Shape(
    "Interest",
    "marketing",
    tables.interest,
    {"topic": text("topic"), "score": ratio("score"), "updatedAt": moment("updated_at")},
    order=(Key("score"),),
    identity="topic",
)

SCORES = Shape(
    "Scores",
    "marketing",
    tables.score,
    {
        "rfm": Inside("Rfm", _has_any("recency_days", "frequency", "monetary", "rfm_code")),
        "lifetimeValue": Inside("LifetimeValue", _has_any("lifetime_value")),
        "churn": Inside("Churn", _has_any("churn_probability")),
        "computedAt": moment("computed_at"),
    },
    identity="customer_id",
)

RFM = Shape(
    "Rfm",
    "marketing",
    tables.score,
    {
        "recencyDays": count("recency_days"),
        "frequency": count("frequency"),
        "monetary": money("monetary"),
        "code": text("rfm_code"),
    },
)

LIFETIME_VALUE = Shape(
    "LifetimeValue",
    "marketing",
    tables.score,
    {
        "amount": money("lifetime_value"),
        "horizonDays": count("lifetime_horizon_days"),
        "model": text("lifetime_model"),
    },
)

CHURN = Shape(
    "Churn",
    "marketing",
    tables.score,
    {
        "probability": ratio("churn_probability"),
        "horizonDays": count("churn_horizon_days"),
        "model": text("churn_model"),
    },
)

LOYALTY = Shape(
    "Loyalty",
    "marketing",
    tables.loyalty,
    {
        "program": text("program"),
        "tier": word("tier"),
        "points": count("points"),
        "expiringPoints": count("expiring_points"),
        "expiringOn": date("expiring_on"),
    },
    identity="customer_id",
)

SHAPES = (
    MARKETING,
    CAMPAIGN,
    TOUCHPOINT,
    SEGMENT,
    INTEREST,
    SCORES,
    RFM,
    LIFETIME_VALUE,
    CHURN,
    LOYALTY,
)

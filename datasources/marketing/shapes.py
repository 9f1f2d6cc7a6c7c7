"""How marketing's types are expressed over marketing's tables."""

from sqlalchemy import ColumnElement, Subquery, or_, select, true

from datasources.marketing import tables
from datasources.rows import Row
from datasources.shapes import Inside, Key, Many, One, Pages, Renamed, Shape, Test, of_subject, within_retention
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


SHAPES = (
    Shape(
        "Marketing",
        "marketing",
        fields={
            "touchpoints": Pages("Touchpoint"),
            "campaigns": Many("Campaign", _reached_by),
            "segments": Many("Segment"),
            "interests": Many("Interest"),
            "scores": One("Scores"),
            "loyalty": One("Loyalty"),
        },
    ),
    Shape("Campaign", "marketing", tables.campaign, order=(Key("startsOn"),)),
    Shape(
        "Touchpoint",
        "marketing",
        tables.touchpoint,
        {"campaign": One("Campaign", _campaign_of)},
        order=(Key("occurredAt"),),
        alive=within_retention,
    ),
    Shape("Segment", "marketing", _memberships(), order=(Key("enteredOn"),), identity="segment_id"),
    Shape("Interest", "marketing", tables.interest, order=(Key("score"),), identity="topic"),
    Shape(
        "Scores",
        "marketing",
        tables.score,
        {
            "rfm": Inside("Rfm", _has_any("recency_days", "frequency", "monetary", "rfm_code")),
            "lifetimeValue": Inside("LifetimeValue", _has_any("lifetime_value")),
            "churn": Inside("Churn", _has_any("churn_probability")),
        },
        identity="customer_id",
    ),
    Shape("Rfm", "marketing", tables.score, {"code": Renamed("rfm_code")}),
    Shape(
        "LifetimeValue",
        "marketing",
        tables.score,
        {
            "amount": Renamed("lifetime_value"),
            "horizonDays": Renamed("lifetime_horizon_days"),
            "model": Renamed("lifetime_model"),
        },
    ),
    Shape(
        "Churn",
        "marketing",
        tables.score,
        {
            "probability": Renamed("churn_probability"),
            "horizonDays": Renamed("churn_horizon_days"),
            "model": Renamed("churn_model"),
        },
    ),
    Shape("Loyalty", "marketing", tables.loyalty, identity="customer_id"),
)

"""What marketing's fields mean."""

from collections.abc import Mapping
from typing import Any

from tests.oracle.departments.core import Meaning
from tests.oracle.departments.finance import listed
from tests.oracle.scene import Scene, Thing, money, newest, section
from tests.oracle.world import Row

_RFM = ("recency_days", "frequency", "monetary", "rfm_code")
_LIFETIME = ("lifetime_value", "lifetime_horizon_days", "lifetime_model")
_CHURN = ("churn_probability", "churn_horizon_days", "churn_model")


def _campaigns(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
    ids = {row["campaign_id"] for row in scene.rows("marketing.touchpoint", thing)}
    rows = [row for row in scene.moment.world.tables["marketing.campaign"] if row["id"] in ids]
    return scene.things("Campaign", rows, thing, (newest("startsOn", "starts_on"),))


def _campaign(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> Thing | None:
    row = scene.moment.one("marketing.campaign", thing.row["campaign_id"])
    return Thing("Campaign", row, thing.subject) if row else None


def _segments(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
    rows: list[Row] = []
    for membership in scene.rows("marketing.segment_membership", thing):
        segment = scene.moment.one("marketing.segment", membership["segment_id"])
        if segment is not None:
            rows.append({**segment, **membership})
    return scene.things("Segment", rows, thing, (newest("enteredOn", "entered_on"),))


def _interests(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
    rows = scene.rows("marketing.interest", thing)
    return scene.things("Interest", rows, thing, (newest("score", "score"),), lambda row: row["topic"])


def _one(table: str, type_: str) -> Meaning:
    def meaning(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> Thing | None:
        rows = scene.rows(table, thing)
        return Thing(type_, rows[0], thing.subject) if rows else None

    return meaning


def _part(type_: str, columns: tuple[str, ...]) -> Meaning:
    """A part of the scores; null where none of it was computed."""

    def meaning(_: Scene, thing: Thing, __: Mapping[str, Any]) -> Thing | None:
        return section(type_, thing) if any(thing.row[column] is not None for column in columns) else None

    return meaning


FIELDS: Mapping[str, Meaning] = {
    "Marketing.campaigns": _campaigns,
    "Marketing.segments": _segments,
    "Marketing.interests": _interests,
    "Marketing.scores": _one("marketing.score", "Scores"),
    "Marketing.loyalty": _one("marketing.loyalty", "Loyalty"),
    "Marketing.touchpoints": listed(
        "Marketing.touchpoints",
        "marketing.touchpoint",
        "Touchpoint",
        (newest("occurredAt", "occurred_at"),),
        outcomes="outcome",
    ),
    "Touchpoint.campaign": _campaign,
    "Scores.rfm": _part("Rfm", _RFM),
    "Scores.lifetimeValue": _part("LifetimeValue", _LIFETIME),
    "Scores.churn": _part("Churn", _CHURN),
    "Rfm.code": lambda _, thing, __: thing.row["rfm_code"],
    "LifetimeValue.amount": lambda _, thing, __: money(thing.row["lifetime_value"], thing.row["currency"]),
    "LifetimeValue.horizonDays": lambda _, thing, __: thing.row["lifetime_horizon_days"],
    "LifetimeValue.model": lambda _, thing, __: thing.row["lifetime_model"],
    "Churn.probability": lambda _, thing, __: thing.row["churn_probability"],
    "Churn.horizonDays": lambda _, thing, __: thing.row["churn_horizon_days"],
    "Churn.model": lambda _, thing, __: thing.row["churn_model"],
}

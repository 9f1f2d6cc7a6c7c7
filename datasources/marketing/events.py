"""What marketing's tables tell: touchpoints, segments, interests, scores and loyalty."""

from auth.policy.categories import Category
from datasources.marketing import tables
from datasources.recording.kinds import Entry, EventKind, TableEvents

EVENTS = (
    TableEvents(
        tables.touchpoint,
        (
            EventKind(
                "TOUCHPOINT",
                Category.TOUCHPOINT,
                ("campaign_id", "channel", "outcome", "occurred_at", "currency", "revenue", "retain_until"),
                entry=Entry("occurred_at", channel="channel"),
            ),
        ),
    ),
    TableEvents(
        tables.segment_membership,
        (EventKind("SEGMENT", Category.SEGMENT, ("segment_id", "entered_on", "because")),),
        row="segment_id",
    ),
    TableEvents(
        tables.interest,
        (EventKind("INTEREST", Category.INTEREST, ("topic", "score", "updated_at")),),
        row="customer_id",
    ),
    TableEvents(
        tables.score,
        (
            EventKind(
                "SCORE",
                Category.SCORE,
                (
                    "recency_days",
                    "frequency",
                    "monetary",
                    "currency",
                    "rfm_code",
                    "lifetime_value",
                    "computed_at",
                    "lifetime_horizon_days",
                    "lifetime_model",
                    "churn_probability",
                    "churn_horizon_days",
                    "churn_model",
                ),
            ),
        ),
        row="customer_id",
    ),
    TableEvents(
        tables.loyalty,
        (EventKind("LOYALTY", Category.LOYALTY, ("program", "tier", "points", "expiring_points", "expiring_on")),),
        row="customer_id",
    ),
)

SILENT_TABLES = {"campaign": "about no customer", "segment": "about no customer"}

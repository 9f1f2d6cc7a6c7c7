"""What the tables of sales tell: orders, opportunities, quotes, products owned and recommendations."""

from auth.policy.categories import Category
from datasources.recording.kinds import Entry, EventKind, TableEvents
from datasources.sales import tables

EVENTS = (
    TableEvents(
        tables.sales_order,
        (
            EventKind(
                "ORDER",
                Category.ORDER,
                ("number", "state", "channel", "placed_at", "currency", "total", "retain_until"),
                entry=Entry("placed_at", channel="channel"),
            ),
        ),
    ),
    TableEvents(
        tables.order_line,
        (
            EventKind(
                "ORDER",
                Category.ORDER,
                ("position", "product_id", "quantity", "unit_price", "discount_percent", "amount", "currency"),
            ),
        ),
        row="order_id",
        part_of=tables.sales_order,
    ),
    TableEvents(
        tables.opportunity,
        (
            EventKind(
                "OPPORTUNITY",
                Category.OPPORTUNITY,
                ("name", "stage", "currency", "amount", "probability", "opened_on", "expected_close_on", "owner"),
                entry=Entry("opened_on"),
            ),
        ),
    ),
    TableEvents(
        tables.quote,
        (
            EventKind(
                "QUOTE",
                Category.QUOTE,
                ("number", "state", "issued_on", "valid_until", "currency", "total"),
                entry=Entry("issued_on"),
            ),
        ),
    ),
    TableEvents(
        tables.owned_product,
        (
            EventKind(
                "OWNED_PRODUCT",
                Category.OWNED_PRODUCT,
                ("product_id", "owned_since", "last_bought_on", "quantity"),
            ),
        ),
        row="product_id",
    ),
    TableEvents(
        tables.recommendation,
        (
            EventKind(
                "RECOMMENDATION",
                Category.RECOMMENDATION,
                (
                    "product_id",
                    "kind",
                    "score",
                    "reason_kind",
                    "support",
                    "confidence",
                    "lift",
                    "interval_days",
                    "share",
                    "model",
                    "computed_at",
                ),
            ),
            EventKind("RECOMMENDATION_PURCHASE", Category.OWNED_PRODUCT, ("antecedent_product_id", "last_bought_on")),
            EventKind("RECOMMENDATION_SEGMENT", Category.SEGMENT, ("segment",)),
        ),
    ),
)

SILENT_TABLES = {"product": "about no customer"}

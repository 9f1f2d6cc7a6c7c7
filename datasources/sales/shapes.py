"""How sales' types are expressed over sales' tables."""

from sqlalchemy import ColumnElement

from datasources.rows import Row
from datasources.sales import tables
from datasources.sales.codes import RecommendationReasonKind
from datasources.shapes import (
    Inside,
    Key,
    Many,
    One,
    Pages,
    Shape,
    SubjectLink,
    count,
    date,
    decimal,
    global_id,
    moment,
    money,
    of_subject,
    ratio,
    text,
    within_retention,
    word,
)


def _of_order(row: Row, other: Row) -> ColumnElement[bool]:
    return of_subject(row, other) & (other["order_id"] == row["id"])


def _product(column: str = "product_id") -> One:
    """The product that the row names. Products are nobody's, so the customer plays no part."""
    return One("Product", lambda row, other: other["id"] == row[column])


SALES = Shape(
    "Sales",
    "sales",
    fields={
        "orders": Pages("Order", of_subject),
        "opportunities": Pages("Opportunity", of_subject),
        "quotes": Pages("Quote", of_subject),
        "productsOwned": Many("OwnedProduct", of_subject),
        "recommendations": Many("Recommendation", of_subject),
    },
)

PRODUCT = Shape(
    "Product",
    "sales",
    tables.product,
    {
        "sku": text("sku"),
        "name": text("name"),
        "category": text("category"),
        "listPrice": money("list_price"),
    },
)

ORDER = Shape(
    "Order",
    "sales",
    tables.sales_order,
    {
        "id": global_id("Order"),
        "number": text("number"),
        "placedAt": moment("placed_at"),
        "state": word("state"),
        "channel": word("channel"),
        "total": money("total"),
        "lines": Many("OrderLine", _of_order),
        "customer": SubjectLink(),
    },
    order=(Key("placedAt"),),
    alive=within_retention,
)

ORDER_LINE = Shape(
    "OrderLine",
    "sales",
    tables.order_line,
    {
        "position": count("position"),
        "product": _product(),
        "quantity": decimal("quantity"),
        "unitPrice": money("unit_price"),
        "discountPercent": decimal("discount_percent"),
        "amount": money("amount"),
    },
    order=(Key("position", descending=False),),
    identity="position",
)

OPPORTUNITY = Shape(
    "Opportunity",
    "sales",
    tables.opportunity,
    {
        "id": global_id("Opportunity"),
        "name": text("name"),
        "stage": word("stage"),
        "amount": money("amount"),
        "probability": ratio("probability"),
        "openedOn": date("opened_on"),
        "expectedCloseOn": date("expected_close_on"),
        "owner": text("owner"),
        "customer": SubjectLink(),
    },
    order=(Key("openedOn"),),
)

QUOTE = Shape(
    "Quote",
    "sales",
    tables.quote,
    {
        "id": global_id("Quote"),
        "number": text("number"),
        "state": word("state"),
        "issuedOn": date("issued_on"),
        "validUntil": date("valid_until"),
        "total": money("total"),
        "customer": SubjectLink(),
    },
    order=(Key("issuedOn"),),
)

OWNED_PRODUCT = Shape(
    "OwnedProduct",
    "sales",
    tables.owned_product,
    {
        "product": _product(),
        "ownedSince": date("owned_since"),
        "lastBoughtOn": date("last_bought_on"),
        "quantity": decimal("quantity"),
    },
    order=(Key("lastBoughtOn"),),
    identity="product_id",
)

RECOMMENDATION = Shape(
    "Recommendation",
    "sales",
    tables.recommendation,
    {
        "id": global_id("Recommendation"),
        "product": _product(),
        "kind": word("kind"),
        "score": ratio("score"),
        "reason": Inside("RecommendationReason"),
        "model": text("model"),
        "computedAt": moment("computed_at"),
        "customer": SubjectLink(),
    },
    order=(Key("score"),),
)

RECOMMENDATION_REASON = Shape(
    "RecommendationReason",
    "sales",
    tables.recommendation,
    discriminator=lambda row: row["reason_kind"],
    variants={
        RecommendationReasonKind.BOUGHT_TOGETHER: "BoughtTogether",
        RecommendationReasonKind.REPURCHASE: "Repurchase",
        RecommendationReasonKind.POPULAR_IN_SEGMENT: "PopularInSegment",
    },
)

BOUGHT_TOGETHER = Shape(
    "BoughtTogether",
    "sales",
    tables.recommendation,
    {
        "product": _product("antecedent_product_id"),
        "support": ratio("support"),
        "confidence": ratio("confidence"),
        "lift": ratio("lift"),
    },
)

REPURCHASE = Shape(
    "Repurchase",
    "sales",
    tables.recommendation,
    {"intervalDays": count("interval_days"), "lastBoughtOn": date("last_bought_on")},
)

POPULAR_IN_SEGMENT = Shape(
    "PopularInSegment",
    "sales",
    tables.recommendation,
    {"segment": text("segment"), "share": ratio("share")},
)

SHAPES = (
    SALES,
    PRODUCT,
    ORDER,
    ORDER_LINE,
    OPPORTUNITY,
    QUOTE,
    OWNED_PRODUCT,
    RECOMMENDATION,
    RECOMMENDATION_REASON,
    BOUGHT_TOGETHER,
    REPURCHASE,
    POPULAR_IN_SEGMENT,
)

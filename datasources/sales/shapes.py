"""How sales' types are expressed over sales' tables."""

from sqlalchemy import ColumnElement

from datasources.rows import Row
from datasources.sales import tables
from datasources.sales.codes import RecommendationReasonKind
from datasources.shapes import Inside, Key, Many, One, Pages, Shape, of_subject, within_retention


def _of_order(row: Row, other: Row) -> ColumnElement[bool]:
    return of_subject(row, other) & (other["order_id"] == row["id"])


def _product(column: str = "product_id") -> One:
    """The product that the row names. A product belongs to no customer, so the customer's id is not compared."""
    return One("Product", lambda row, other: other["id"] == row[column])


SHAPES = (
    Shape(
        "Sales",
        "sales",
        fields={
            "orders": Pages("Order"),
            "opportunities": Pages("Opportunity"),
            "quotes": Pages("Quote"),
            "productsOwned": Many("OwnedProduct"),
            "recommendations": Many("Recommendation"),
        },
    ),
    Shape("Product", "sales", tables.product),
    Shape(
        "Order",
        "sales",
        tables.sales_order,
        {"lines": Many("OrderLine", _of_order)},
        order=(Key("placedAt"),),
        alive=within_retention,
    ),
    Shape(
        "OrderLine",
        "sales",
        tables.order_line,
        {"product": _product()},
        order=(Key("position", descending=False),),
        identity="position",
    ),
    Shape("Opportunity", "sales", tables.opportunity, order=(Key("openedOn"),)),
    Shape("Quote", "sales", tables.quote, order=(Key("issuedOn"),)),
    Shape(
        "OwnedProduct",
        "sales",
        tables.owned_product,
        {"product": _product()},
        order=(Key("lastBoughtOn"),),
        identity="product_id",
    ),
    Shape(
        "Recommendation",
        "sales",
        tables.recommendation,
        {"product": _product(), "reason": Inside("RecommendationReason")},
        order=(Key("score"),),
    ),
    Shape(
        "RecommendationReason",
        "sales",
        tables.recommendation,
        discriminator=lambda row: row["reason_kind"],
        variants={
            RecommendationReasonKind.BOUGHT_TOGETHER: "BoughtTogether",
            RecommendationReasonKind.REPURCHASE: "Repurchase",
            RecommendationReasonKind.POPULAR_IN_SEGMENT: "PopularInSegment",
        },
    ),
    Shape("BoughtTogether", "sales", tables.recommendation, {"product": _product("antecedent_product_id")}),
    Shape("Repurchase", "sales", tables.recommendation),
    Shape("PopularInSegment", "sales", tables.recommendation),
)

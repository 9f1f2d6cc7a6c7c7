"""What sales' fields mean."""

from collections.abc import Mapping
from typing import Any

from tests.oracle.departments.core import Meaning
from tests.oracle.departments.finance import listed
from tests.oracle.scene import Key, Scene, Thing, newest

_REASONS = {"BOUGHT_TOGETHER": "BoughtTogether", "REPURCHASE": "Repurchase", "POPULAR_IN_SEGMENT": "PopularInSegment"}


def _product(column: str) -> Meaning:
    def meaning(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> Thing | None:
        row = scene.moment.one("sales.product", thing.row[column])
        return Thing("Product", row, thing.subject) if row else None

    return meaning


def _lines(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
    rows = [row for row in scene.rows("sales.order_line", thing) if row["order_id"] == thing.row["id"]]
    key = Key("position", lambda row: row["position"])
    return scene.things("OrderLine", rows, thing, (key,), lambda row: row["position"])


def _owned(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
    keys = (newest("lastBoughtOn", "last_bought_on"),)
    rows = scene.rows("sales.owned_product", thing)
    return scene.things("OwnedProduct", rows, thing, keys, lambda row: row["product_id"])


def _recommendations(scene: Scene, thing: Thing, _: Mapping[str, Any]) -> list[Thing]:
    rows = scene.rows("sales.recommendation", thing)
    return scene.things("Recommendation", rows, thing, (newest("score", "score"),))


def _reason(_: Scene, thing: Thing, __: Mapping[str, Any]) -> Thing:
    return Thing(_REASONS[thing.row["reason_kind"]], thing.row, thing.subject)


FIELDS: Mapping[str, Meaning] = {
    "Sales.productsOwned": _owned,
    "Sales.recommendations": _recommendations,
    "Sales.orders": listed(
        "Sales.orders", "sales.sales_order", "Order", (newest("placedAt", "placed_at"),), states="state"
    ),
    "Sales.opportunities": listed(
        "Sales.opportunities", "sales.opportunity", "Opportunity", (newest("openedOn", "opened_on"),), stages="stage"
    ),
    "Sales.quotes": listed("Sales.quotes", "sales.quote", "Quote", (newest("issuedOn", "issued_on"),)),
    "Order.lines": _lines,
    "OrderLine.product": _product("product_id"),
    "OwnedProduct.product": _product("product_id"),
    "Recommendation.product": _product("product_id"),
    "Recommendation.reason": _reason,
    "BoughtTogether.product": _product("antecedent_product_id"),
}

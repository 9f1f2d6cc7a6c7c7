"""What there is: the values that the kit looks for."""

from typing import Any

Row = dict[str, Any]

JANE: Row = {
    "__typename": "User",
    "email": "support@apollographql.com",
    "name": "Jane Smith",
    "totalProductsCreated": 1337,
}
OLD: Row = {
    "__typename": "DeprecatedProduct",
    "sku": "apollo-federation-v1",
    "package": "@apollo/federation-v1",
    "reason": "Migrate to Federation V2",
    "createdBy": JANE,
}


def _product(id_: str, sku: str, package: str, variation: str, *research: Row) -> Row:
    return {
        "__typename": "Product",
        "id": id_,
        "sku": sku,
        "package": package,
        "variation": {"id": variation},
        "dimensions": {"size": "small", "weight": 1, "unit": "kg"},
        "createdBy": JANE,
        "research": list(research),
    }


def _study(number: str, description: str) -> Row:
    return {"__typename": "ProductResearch", "study": {"caseNumber": number, "description": description}}


PRODUCTS = (
    _product("apollo-federation", "federation", "@apollo/federation", "OSS", _study("1234", "Federation Study")),
    _product("apollo-studio", "studio", "", "platform", _study("1235", "Studio Study")),
)
INVENTORY: Row = {"__typename": "Inventory", "id": "apollo-oss", "deprecatedProducts": [OLD]}
BY_ID = {(each["__typename"], each["id"]): each for each in (*PRODUCTS, INVENTORY)}

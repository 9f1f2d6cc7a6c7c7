"""Sales' types: orders, their lines and products."""

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import strawberry
from strawberry.types import Info

from bench.contestants.floor.finance import Money
from bench.contestants.floor.loaders import load


@strawberry.type
class Product:
    sku: str
    name: str


@strawberry.type
class OrderLine:
    row: strawberry.Private[Any]
    quantity: Decimal

    @strawberry.field
    def unit_price(self) -> Money:
        return Money(amount=self.row.unit_price, currency=self.row.currency)

    @strawberry.field
    async def product(self, info: Info) -> Product:
        return cast(Product, await load(info, "product", self.row.product_id))


@strawberry.type
class Order:
    row: strawberry.Private[Any]
    number: str
    placed_at: datetime
    state: str

    @strawberry.field
    def total(self) -> Money:
        return Money(amount=self.row.total, currency=self.row.currency)

    @strawberry.field
    async def lines(self, info: Info) -> list[OrderLine]:
        found = await load(info, "lines", (self.row.customer_id, self.row.id))
        return [OrderLine(row=each, quantity=each.quantity) for each in found]


@strawberry.type
class OrderConnection:
    nodes: list[Order]


@strawberry.type
class Sales:
    id: strawberry.Private[Any]

    @strawberry.field
    async def orders(self, info: Info, first: int = 10) -> OrderConnection:
        found = (await load(info, "orders", self.id))[:first]
        return OrderConnection(
            nodes=[Order(row=each, number=each.number, placed_at=each.placed_at, state=each.state) for each in found]
        )

"""The floor's root fields, served by Strawberry's own ASGI application."""

from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, NewType, cast
from uuid import UUID

import strawberry
from sqlalchemy import or_, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig

from bench.contestants.floor import model as m
from bench.contestants.floor.customer import Customer
from bench.contestants.floor.loaders import loaders, rows

PhoneNumber = NewType("PhoneNumber", str)
CountryCode = NewType("CountryCode", str)
SCALARS: dict[Any, Any] = {
    PhoneNumber: strawberry.scalar(name="PhoneNumber", serialize=str, parse_value=str),
    CountryCode: strawberry.scalar(name="CountryCode", serialize=str, parse_value=str),
}


@strawberry.enum
class CustomerStatus(Enum):
    PROSPECT = "PROSPECT"
    ACTIVE = "ACTIVE"
    DORMANT = "DORMANT"
    CHURNED = "CHURNED"
    ERASED = "ERASED"


@strawberry.enum
class CustomerOrderField(Enum):
    SINCE = "SINCE"


@strawberry.enum
class OrderDirection(Enum):
    ASC = "ASC"
    DESC = "DESC"


@strawberry.input
class CustomerBy:
    id: strawberry.ID | None = None
    phone: PhoneNumber | None = None


@strawberry.input
class CustomerFilter:
    statuses: list[CustomerStatus]
    countries: list[CountryCode]
    since_from: date


@strawberry.input
class CustomerOrder:
    field: CustomerOrderField
    direction: OrderDirection = OrderDirection.ASC


@strawberry.type
class CustomerConnection:
    nodes: list[Customer]


@strawberry.type
class Query:
    @strawberry.field
    async def customer(self, by: CustomerBy) -> Customer | None:
        matching = select(m.Customer).where(m.Customer.status != "ERASED")
        if by.id is not None:
            matching = matching.where(m.Customer.id == UUID(by.id))
        else:
            point, today = m.ContactPoint, datetime.now(UTC).date()
            matching = matching.join(point, point.customer_id == m.Customer.id).where(
                point.kind == "PHONE",
                point.value == by.phone,
                or_(point.valid_to.is_(None), point.valid_to > today),
                or_(point.valid_from.is_(None), point.valid_from <= today),
            )
        row = next(iter(await rows(matching.order_by(m.Customer.id).limit(1))), None)
        return cast(Customer | None, row)

    @strawberry.field
    async def customers(
        self,
        first: int = 10,
        after: str | None = None,
        filter: CustomerFilter | None = None,  # noqa: A002 - as the schema names it
        order_by: CustomerOrder | None = None,
    ) -> CustomerConnection:
        matching = select(m.Customer).where(m.Customer.status != "ERASED")
        if after is not None:
            matching = matching.where(m.Customer.id > UUID(after))
        if filter is not None:
            matching = matching.where(
                m.Customer.status.in_([each.value for each in filter.statuses]),
                m.Customer.country.in_(filter.countries),
                m.Customer.since >= filter.since_from,
            )
        keys = (m.Customer.since.desc(), m.Customer.id.desc()) if order_by else (m.Customer.id,)
        return CustomerConnection(nodes=cast(list[Customer], await rows(matching.order_by(*keys).limit(first))))


class App(GraphQL[Any, Any]):
    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        return {"request": request, "response": response, "loaders": loaders()}


app = App(strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS)), graphql_ide=None)

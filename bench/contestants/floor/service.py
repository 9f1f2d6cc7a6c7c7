"""Service's types: tickets and their messages."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast

import strawberry
from strawberry.types import Info

from bench.contestants.floor.loaders import load

if TYPE_CHECKING:
    from bench.contestants.floor.customer import Customer


@strawberry.type
class Message:
    author: str | None
    sent_at: datetime
    body: str


@strawberry.type
class MessageConnection:
    nodes: list[Message]


@strawberry.type
class Ticket:
    row: strawberry.Private[Any]
    number: str
    subject: str
    status: str
    priority: str
    opened_at: datetime

    @strawberry.field
    async def messages(self, info: Info, first: int = 10) -> MessageConnection:
        found = await load(info, "messages", (self.row.customer_id, self.row.id))
        return MessageConnection(nodes=found[:first])

    @strawberry.field
    async def customer(self, info: Info) -> Annotated["Customer", strawberry.lazy("bench.contestants.floor.customer")]:
        return cast("Customer", await load(info, "customer", self.row.customer_id))


@strawberry.type
class TicketConnection:
    nodes: list[Ticket]


@strawberry.type
class Service:
    id: strawberry.Private[Any]

    @strawberry.field
    async def tickets(self, info: Info, first: int = 10) -> TicketConnection:
        found = (await load(info, "tickets", self.id))[:first]
        return TicketConnection(
            nodes=[
                Ticket(
                    row=each,
                    number=each.number,
                    subject=each.subject,
                    status=each.status,
                    priority=each.priority,
                    opened_at=each.opened_at,
                )
                for each in found
            ]
        )

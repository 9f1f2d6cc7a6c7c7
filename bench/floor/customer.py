"""The customer: columns, contact points, and the way to every department."""

from datetime import date
from typing import Any, cast

import strawberry
from strawberry.types import Info

from bench.floor.finance import Finance
from bench.floor.loaders import load
from bench.floor.marketing import Marketing
from bench.floor.privacy import Privacy
from bench.floor.sales import Sales
from bench.floor.service import Service


@strawberry.type
class EmailContactPoint:
    address: str


@strawberry.type
class PhoneContactPoint:
    number: str


@strawberry.type
class Identifier:
    system: str
    type: str
    value: str


@strawberry.type
class Customer:
    row: strawberry.Private[Any]
    id: strawberry.ID
    number: str
    display_name: str
    kind: str
    status: str
    country: str | None
    since: date | None
    language: str | None

    @strawberry.field
    async def preferred_channel(self, info: Info) -> str | None:
        said = await load(info, "preferences", self.row.id)
        return str(said[0].channel) if said else None

    @strawberry.field
    async def email_addresses(self, info: Info) -> list[EmailContactPoint]:
        points = await load(info, "points", self.row.id)
        return [EmailContactPoint(address=each.value) for each in points if each.kind == "EMAIL"]

    @strawberry.field
    async def phone_numbers(self, info: Info) -> list[PhoneContactPoint]:
        points = await load(info, "points", self.row.id)
        return [PhoneContactPoint(number=each.value) for each in points if each.kind == "PHONE"]

    @strawberry.field
    async def identifiers(self, info: Info) -> list[Identifier]:
        return cast(list[Identifier], await load(info, "identifiers", self.row.id))

    @strawberry.field
    def privacy(self) -> Privacy:
        return Privacy(id=self.row.id)

    @strawberry.field
    def finance(self) -> Finance:
        return Finance(id=self.row.id)

    @strawberry.field
    def sales(self) -> Sales:
        return Sales(id=self.row.id)

    @strawberry.field
    def service(self) -> Service:
        return Service(id=self.row.id)

    @strawberry.field
    def marketing(self) -> Marketing:
        return Marketing(id=self.row.id)


def customer(row: Any) -> Customer:
    return Customer(
        row=row,
        id=strawberry.ID(str(row.id)),
        number=row.number,
        display_name=row.display_name,
        kind=row.kind,
        status=row.status,
        country=row.country,
        since=row.since,
        language=row.language,
    )

"""The customer: columns, contact points and departments."""

from datetime import date
from typing import cast

import strawberry
from strawberry.types import Info

from bench.contestants.floor.finance import Finance
from bench.contestants.floor.loaders import load
from bench.contestants.floor.marketing import Marketing
from bench.contestants.floor.privacy import Privacy
from bench.contestants.floor.sales import Sales
from bench.contestants.floor.service import Service


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
        said = await load(info, "preferences", self.id)
        return str(said[0].channel) if said else None

    @strawberry.field
    async def email_addresses(self, info: Info) -> list[EmailContactPoint]:
        points = await load(info, "points", self.id)
        return [EmailContactPoint(address=each.value) for each in points if each.kind == "EMAIL"]

    @strawberry.field
    async def phone_numbers(self, info: Info) -> list[PhoneContactPoint]:
        points = await load(info, "points", self.id)
        return [PhoneContactPoint(number=each.value) for each in points if each.kind == "PHONE"]

    @strawberry.field
    async def identifiers(self, info: Info) -> list[Identifier]:
        return cast(list[Identifier], await load(info, "identifiers", self.id))

    @strawberry.field
    def privacy(self) -> Privacy:
        return Privacy(id=self.id)

    @strawberry.field
    def finance(self) -> Finance:
        return Finance(id=self.id)

    @strawberry.field
    def sales(self) -> Sales:
        return Sales(id=self.id)

    @strawberry.field
    def service(self) -> Service:
        return Service(id=self.id)

    @strawberry.field
    def marketing(self) -> Marketing:
        return Marketing(id=self.id)

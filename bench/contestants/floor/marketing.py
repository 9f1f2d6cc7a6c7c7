"""Marketing's types: segments and loyalty."""

from datetime import date
from typing import Any, cast

import strawberry
from strawberry.types import Info

from bench.contestants.floor.loaders import load


@strawberry.type
class Segment:
    name: str
    entered_on: date


@strawberry.type
class Loyalty:
    tier: str
    points: int


@strawberry.type
class Marketing:
    id: strawberry.Private[Any]

    @strawberry.field
    async def segments(self, info: Info) -> list[Segment]:
        return [Segment(name=name, entered_on=day) for name, day in await load(info, "segments", self.id)]

    @strawberry.field
    async def loyalty(self, info: Info) -> Loyalty | None:
        return cast(Loyalty | None, await load(info, "loyalty", self.id))

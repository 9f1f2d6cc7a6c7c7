"""Service behind HTTP: a ticket system's REST API in place of service's tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from datasources.service.plain_shapes import RESOURCES, SHAPES
from datasources.sources.columns import Columns
from datasources.sources.paging import Page, every_page
from datasources.sources.rest import Client
from datasources.sources.shapes import PlainShapes
from datasources.sources.source import Wanted
from datasources.unavailable import Unavailable

# The largest page that the API returns.
MAX_ROWS_PER_PAGE = 500


@dataclass(frozen=True, slots=True)
class TicketSystem:
    """`GET /tickets?customer_id=A&customer_id=B&fields=id,number` answers `{"items": [...], "next": "..."}`."""

    client: Client
    department: str = "service"
    most_values: int = 100

    @property
    def shapes(self) -> PlainShapes:
        return SHAPES

    @property
    def resources(self) -> Mapping[str, Columns]:
        return RESOURCES

    async def fetch(self, wanted: Wanted, deadline: float) -> Sequence[Mapping[str, Any]]:
        parameters = {wanted.by: wanted.values, "fields": ",".join(wanted.columns), "limit": str(MAX_ROWS_PER_PAGE)}

        async def page(after: str | None) -> Page:
            more = {} if after is None else {"after": after}
            return _page(await self.client.get(wanted.resource, {**parameters, **more}, deadline))

        return await every_page(page)


def _page(answer: Any) -> Page:
    match answer:
        case {"items": list() as rows, "next": str() | None as after}:
            return Page(rows, after)
    raise Unavailable("an answer that is no page")


@asynccontextmanager
async def open_ticket_system(url: str, secret: str | None, connections: int) -> AsyncIterator[TicketSystem]:
    async with Client.open(url, secret, connections) as client:
        yield TicketSystem(client)

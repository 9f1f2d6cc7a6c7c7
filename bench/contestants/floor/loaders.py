"""DataLoaders: one for each list, new for each request, with one statement for all parents."""

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from bench.contestants.floor import model as m

_url = make_url(os.environ["BENCH_URL"]).set(drivername="postgresql+asyncpg")
_engine = create_async_engine(
    _url,
    pool_size=int(os.environ["BENCH_POOL"]),
    max_overflow=0,
    connect_args={"server_settings": {"timezone": "UTC", "jit": "off"}},
)
session: async_sessionmaker[AsyncSession] = async_sessionmaker(_engine)


async def rows(statement: Select[Any]) -> Sequence[Any]:
    async with session() as reading:
        return (await reading.scalars(statement)).all()


def _kept(table: Any) -> Any:
    return table.retain_until.is_(None) | (table.retain_until > datetime.now(UTC).date())


def _of(table: Any, *order: Any, where: Any = True, key: str = "customer_id") -> Callable[[list[Any]], Any]:
    """Load the rows of each parent, in order."""

    async def load(keys: list[Any]) -> list[list[Any]]:
        found = defaultdict(list)
        parent = getattr(table, key)
        for row in await rows(select(table).where(parent.in_(keys), where).order_by(*order)):
            found[getattr(row, key)].append(row)
        return [found[each] for each in keys]

    return load


def _inner(table: Any, key: str, *order: Any) -> Callable[[list[Any]], Any]:
    """Load the children of a customer's rows. A key is the customer's id and the row's."""

    async def load(keys: list[Any]) -> list[list[Any]]:
        found, parent = defaultdict(list), getattr(table, key)
        ids, customers = [row for _, row in keys], {customer for customer, _ in keys}
        narrowed = select(table).where(table.customer_id.in_(customers), parent.in_(ids))
        for each in await rows(narrowed.order_by(*order)):
            found[getattr(each, key)].append(each)
        return [found[row] for _, row in keys]

    return load


def _one(table: Any, key: str) -> Callable[[list[Any]], Any]:
    async def load(keys: list[Any]) -> list[Any]:
        found = {getattr(row, key): row for row in await rows(select(table).where(getattr(table, key).in_(keys)))}
        return [found.get(each) for each in keys]

    return load


async def _segments(keys: list[Any]) -> list[list[Any]]:
    member = m.SegmentMembership
    joined = select(member, m.Segment).join(m.Segment, m.Segment.id == member.segment_id)
    ordered = joined.where(member.customer_id.in_(keys)).order_by(member.entered_on.desc(), member.segment_id.desc())
    found = defaultdict(list)
    async with session() as reading:
        for row, segment in (await reading.execute(ordered)).all():
            found[row.customer_id].append((segment.name, row.entered_on))
    return [found[each] for each in keys]


_LOADS: dict[str, Callable[[list[Any]], Any]] = {
    "customer": _one(m.Customer, "id"),
    "points": _of(m.ContactPoint, m.ContactPoint.is_primary.desc(), m.ContactPoint.id.desc()),
    "identifiers": _of(m.Identifier, m.Identifier.system, m.Identifier.type, m.Identifier.id),
    "preferences": _of(m.ChannelPreference, m.ChannelPreference.set_at.desc(), m.ChannelPreference.id.desc()),
    "events": _of(m.PrivacyEvent, m.PrivacyEvent.occurred_at.desc(), m.PrivacyEvent.sequence.desc()),
    "accounts": _of(m.Account, m.Account.opened_on, m.Account.id),
    "credit": _one(m.Credit, "customer_id"),
    "orders": _of(m.SalesOrder, m.SalesOrder.placed_at.desc(), m.SalesOrder.id.desc(), where=_kept(m.SalesOrder)),
    "lines": _inner(m.OrderLine, "order_id", m.OrderLine.position),
    "product": _one(m.Product, "id"),
    "tickets": _of(m.Ticket, m.Ticket.opened_at.desc(), m.Ticket.id.desc(), where=_kept(m.Ticket)),
    "messages": _inner(m.Message, "ticket_id", m.Message.sent_at.desc(), m.Message.id.desc()),
    "segments": _segments,
    "loyalty": _one(m.Loyalty, "customer_id"),
}


def loaders() -> dict[str, DataLoader[Any, Any]]:
    """New loaders for each request, because they cache rows."""
    return {name: DataLoader(load_fn=load) for name, load in _LOADS.items()}


async def load(info: Info, name: str, key: Any) -> Any:
    """Load one parent's row or rows with the request's loader."""
    return await info.context["loaders"][name].load(key)

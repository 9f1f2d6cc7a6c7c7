"""SQLAlchemy's ORM over the departments' tables."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import registry

from datasources.core import tables as core
from datasources.finance import tables as finance
from datasources.marketing import tables as marketing
from datasources.sales import tables as sales
from datasources.service import tables as service

_registry = registry()


def _mapped(table: Table) -> Any:
    """A class with an attribute for each column."""
    mapped = type(table.name.title().replace("_", ""), (), {})
    _registry.map_imperatively(mapped, table)
    return mapped


Customer = _mapped(core.customer)
ContactPoint = _mapped(core.contact_point)
Identifier = _mapped(core.identifier)
ChannelPreference = _mapped(core.channel_preference)
PrivacyEvent = _mapped(core.privacy_event)
Account = _mapped(finance.account)
Credit = _mapped(finance.credit)
SalesOrder = _mapped(sales.sales_order)
OrderLine = _mapped(sales.order_line)
Product = _mapped(sales.product)
Ticket = _mapped(service.ticket)
Message = _mapped(service.message)
Segment = _mapped(marketing.segment)
SegmentMembership = _mapped(marketing.segment_membership)
Loyalty = _mapped(marketing.loyalty)

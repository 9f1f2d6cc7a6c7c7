"""The customer: what every department knows of them, put together."""

import strawberry

from schema.core import CoreFields
from schema.finance import FinanceFields
from schema.marketing import MarketingFields
from schema.sales import SalesFields
from schema.service import ServiceFields


@strawberry.type(
    description=("Somebody who buys from us or may: what every department knows of them, as far as you may see it.")
)
class Customer(CoreFields, FinanceFields, SalesFields, ServiceFields, MarketingFields):
    pass

"""Finance's types: money, balance and credit."""

from decimal import Decimal
from typing import Any

import strawberry
from strawberry.types import Info

from bench.contestants.floor.loaders import load


@strawberry.type
class Money:
    amount: Decimal
    currency: str


@strawberry.type
class CreditTerms:
    net_days: int


@strawberry.type
class Credit:
    terms: CreditTerms


@strawberry.type
class Finance:
    id: strawberry.Private[Any]

    @strawberry.field
    async def balance(self, info: Info) -> Money | None:
        accounts = await load(info, "accounts", self.id)
        if not accounts:
            return None
        currency = accounts[0].currency
        total = sum((each.balance for each in accounts if each.currency == currency), Decimal())
        return Money(amount=total, currency=currency)

    @strawberry.field
    async def credit(self, info: Info) -> Credit | None:
        row = await load(info, "credit", self.id)
        return Credit(terms=CreditTerms(net_days=row.net_days)) if row else None

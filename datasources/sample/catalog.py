"""The sample company's products, campaigns and segments."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from datasources.marketing import tables as marketing
from datasources.sales import tables as sales
from datasources.sample.rows import Rows, generator, new_id


@dataclass(frozen=True)
class Product:
    id: UUID
    sku: str
    name: str
    category: str
    price: Decimal
    repeat_days: int | None
    goes_with: tuple[str, ...]


@dataclass(frozen=True)
class Campaign:
    id: UUID
    code: str
    channel: str
    starts_on: date
    ends_on: date | None
    name: str

    def runs_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True)
class Catalog:
    products: dict[str, Product]
    campaigns: dict[str, Campaign]
    # By code: id, name and definition.
    segments: dict[str, tuple[UUID, str, str]]


@cache
def catalog(seed: int, today: date) -> Catalog:
    text = Path(__file__).with_name("catalog.toml").read_text(encoding="utf-8")
    facts, rng = tomllib.loads(text), generator(seed, "catalog")
    return Catalog(
        {each["sku"]: _product(each, new_id(rng)) for each in facts["product"]},
        {each["code"]: _campaign(each, new_id(rng), today) for each in facts["campaign"]},
        {each["code"]: (new_id(rng), each["name"], each["definition"]) for each in facts["segment"]},
    )


def add_catalog(rows: Rows, goods: Catalog) -> None:
    for product in goods.products.values():
        rows.add(
            sales.product,
            id=product.id,
            sku=product.sku,
            name=product.name,
            category=product.category,
            currency="EUR",
            list_price=product.price,
        )
    for campaign in goods.campaigns.values():
        rows.add(marketing.campaign, **vars(campaign))
    for code, (segment_id, name, definition) in goods.segments.items():
        rows.add(marketing.segment, id=segment_id, code=code, name=name, definition=definition)


def _product(facts: dict[str, Any], product_id: UUID) -> Product:
    return Product(
        id=product_id,
        sku=facts["sku"],
        name=facts["name"],
        category=facts["category"],
        price=Decimal(facts["price"]),
        repeat_days=facts.get("repeat_days"),
        goes_with=tuple(facts["with"]),
    )


def _campaign(facts: dict[str, Any], campaign_id: UUID, today: date) -> Campaign:
    starts_on = today - timedelta(days=facts["starts_days_ago"])
    ends_on = starts_on + timedelta(days=facts["lasts_days"]) if "lasts_days" in facts else None
    return Campaign(
        id=campaign_id,
        code=facts["code"],
        channel=facts["channel"],
        starts_on=starts_on,
        ends_on=ends_on,
        name=facts["name"],
    )

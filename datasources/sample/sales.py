"""Sales' part of a sample customer: orders, owned products, opportunities and quotes."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

from datasources.core.codes import Channel
from datasources.currencies import round_amount
from datasources.sales import tables
from datasources.sales.codes import OpportunityStage, OrderState, QuoteState
from datasources.sample.catalog import Catalog, Product
from datasources.sample.countries import Country, countries
from datasources.sample.profile import Profile
from datasources.sample.rows import Rows, moment_on, new_id

DELIVERED = (OrderState.COMPLETED, OrderState.PARTIAL)
CHANNELS = (Channel.WEB, Channel.WEB, Channel.WEB, Channel.PHONE, Channel.IN_PERSON, Channel.EMAIL)
OUTCOMES = (
    OrderState.COMPLETED,
    OrderState.RETURNED,
    OrderState.CANCELLED,
    OrderState.PARTIAL,
    OrderState.FAILED,
)
UNDER_WAY = (OrderState.ACKNOWLEDGED, OrderState.IN_PROGRESS, OrderState.DRAFT)
DISCOUNTS = (None, None, None, Decimal(5), Decimal(10), Decimal("12.5"))


@dataclass(frozen=True)
class Line:
    product: Product
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal | None
    amount: Decimal


@dataclass(frozen=True)
class Order:
    id: UUID
    number: str
    state: OrderState
    placed_at: datetime
    country: Country
    currency: str
    total: Decimal
    lines: tuple[Line, ...]

    @property
    def is_delivered(self) -> bool:
        return self.state in DELIVERED

    @property
    def placed_on(self) -> date:
        return self.placed_at.date()


@dataclass(frozen=True)
class Owned:
    product: Product
    since: date
    last_bought_on: date
    quantity: Decimal


def draw_orders(profile: Profile, goods: Catalog, rng: Random) -> list[Order]:
    """Draw the customer's orders, oldest first."""
    products, days = list(goods.products.values()), _order_days(profile, rng)
    favourites = rng.sample(products, 6)
    return [_draw_order(profile, goods, favourites, place, day, rng) for place, day in enumerate(days, 1)]


def owned_products(orders: list[Order]) -> list[Owned]:
    bought: dict[str, list[tuple[date, Line]]] = defaultdict(list)
    for order in orders:
        if order.is_delivered:
            for line in order.lines:
                bought[line.product.sku].append((order.placed_on, line))
    return [
        Owned(
            product=lines[0][1].product,
            since=lines[0][0],
            last_bought_on=lines[-1][0],
            quantity=sum((line.quantity for _, line in lines), Decimal(0)),
        )
        for lines in bought.values()
    ]


def add_sales(rows: Rows, profile: Profile, orders: list[Order], rng: Random) -> None:
    for order in orders:
        _add_order(rows, profile, order)
    for owned in owned_products(orders):
        rows.add(
            tables.owned_product,
            customer_id=profile.id,
            product_id=owned.product.id,
            owned_since=owned.since,
            last_bought_on=owned.last_bought_on,
            quantity=owned.quantity,
        )
    if profile.is_showcase or (profile.is_organization and rng.random() < 0.5):
        _add_opportunity_and_quote(rows, profile, rng)


def _order_days(profile: Profile, rng: Random) -> list[date]:
    traits = profile.traits
    first, last = profile.since, profile.today - timedelta(days=traits.last_order_days_ago)
    between = max((last - first).days, 1)
    days = [first + timedelta(days=rng.randrange(between)) for _ in range(traits.orders - 1)]
    return sorted([*days, last]) if traits.orders else []


def _draw_order(
    profile: Profile, goods: Catalog, favourites: list[Product], place: int, day: date, rng: Random
) -> Order:
    country = profile.home.country
    if profile.traits.second_currency and rng.random() < 0.4:
        country = countries()["US" if country.currency == "EUR" else "DE"]
    lines = tuple(_draw_line(country, product, rng) for product in _basket(goods, favourites, rng))
    return Order(
        id=new_id(rng),
        number=f"SO-{profile.index:06d}-{place:03d}",
        state=_state(profile, day, rng),
        placed_at=moment_on(day, rng),
        country=country,
        currency=country.currency,
        total=sum((line.amount for line in lines), Decimal(0)),
        lines=lines,
    )


def _basket(goods: Catalog, favourites: list[Product], rng: Random) -> list[Product]:
    first = rng.choice(favourites)
    basket = {first.sku: first}
    for sku in first.goes_with:
        if rng.random() < 0.5:
            basket[sku] = goods.products[sku]
    while rng.random() < 0.35:
        other = rng.choice(favourites)
        basket[other.sku] = other
    return list(basket.values())


def _draw_line(country: Country, product: Product, rng: Random) -> Line:
    quantity = Decimal(rng.choice((1, 1, 1, 2, 3)) if product.price > 40 else rng.choice((1, 2, 4, 6, 12)))
    unit_price, discount = country.price(product.price), rng.choice(DISCOUNTS)
    amount = round_amount(quantity * unit_price * (100 - (discount or Decimal(0))) / 100, country.currency)
    return Line(product=product, quantity=quantity, unit_price=unit_price, discount_percent=discount, amount=amount)


def _state(profile: Profile, day: date, rng: Random) -> OrderState:
    if day > profile.today - timedelta(days=12):
        return rng.choice(UNDER_WAY)
    if profile.is_showcase:
        return OrderState.COMPLETED
    return rng.choices(OUTCOMES, (90, 4, 3, 2, 1))[0]


def _add_order(rows: Rows, profile: Profile, order: Order) -> None:
    rows.add(
        tables.sales_order,
        customer_id=profile.id,
        id=order.id,
        number=order.number,
        state=order.state,
        channel=CHANNELS[order.id.int % len(CHANNELS)],
        placed_at=order.placed_at,
        currency=order.currency,
        total=order.total,
        retain_until=date(order.placed_at.year + 10, 12, 31),
    )
    for position, line in enumerate(order.lines, 1):
        rows.add(
            tables.order_line,
            customer_id=profile.id,
            order_id=order.id,
            position=position,
            product_id=line.product.id,
            quantity=line.quantity,
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            amount=line.amount,
            currency=order.currency,
        )


def _add_opportunity_and_quote(rows: Rows, profile: Profile, rng: Random) -> None:
    opened_on = max(profile.since, profile.today - timedelta(days=rng.randrange(5, 200)))
    amount = profile.home.country.price(Decimal(rng.randrange(4, 120) * 100))
    stage = rng.choice(tuple(OpportunityStage))
    chance = {"WON": Decimal(1), "LOST": Decimal(0)}.get(stage, Decimal(rng.randrange(2, 9)) / 10)
    rows.add(
        tables.opportunity,
        customer_id=profile.id,
        id=new_id(rng),
        name=rng.choice(("New office", "Coffee corner", "Garden season", "Yearly refill", 'The "big" kitchen')),
        stage=stage,
        currency=profile.currency,
        amount=amount,
        probability=chance,
        opened_on=opened_on,
        expected_close_on=opened_on + timedelta(days=90),
        owner=rng.choice(("Sales team north", "Sales team south", None)),
    )
    rows.add(
        tables.quote,
        customer_id=profile.id,
        id=new_id(rng),
        number=f"Q-{profile.index:06d}",
        state={"WON": QuoteState.ACCEPTED, "LOST": QuoteState.REJECTED}.get(stage, QuoteState.PENDING),
        issued_on=opened_on,
        valid_until=opened_on + timedelta(days=30),
        currency=profile.currency,
        total=amount,
    )

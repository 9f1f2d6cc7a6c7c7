"""How a sample customer behaves, which decides the rows of each department."""

from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from datasources.core.codes import CustomerStatus, PartyKind


class Payer(Enum):
    PROMPT = auto()
    LATE = auto()
    BAD = auto()


@dataclass(frozen=True)
class Traits:
    status: CustomerStatus
    customer_for_days: int
    orders: int
    last_order_days_ago: int
    payer: Payer = Payer.PROMPT
    tickets: int = 0
    open_complaint: bool = False
    prefers_texts: bool = False
    has_credit: bool = False
    has_loyalty: bool = False
    second_currency: bool = False
    known_to_marketing: bool = False
    # Privacy: age in years of a minor, and requests made to the privacy officer.
    minor_of: int | None = None
    restricted: bool = False
    held: bool = False
    # Optional columns stay null.
    is_bare: bool = False


SHOWCASE = Traits(
    status=CustomerStatus.ACTIVE,
    customer_for_days=1_900,
    orders=14,
    last_order_days_ago=47,
    payer=Payer.BAD,
    tickets=3,
    open_complaint=True,
    prefers_texts=True,
    has_credit=True,
    has_loyalty=True,
    known_to_marketing=True,
)
BARE = Traits(CustomerStatus.PROSPECT, customer_for_days=20, orders=0, last_order_days_ago=0, is_bare=True)
ERASED = Traits(CustomerStatus.ERASED, customer_for_days=2_000, orders=0, last_order_days_ago=0, is_bare=True)

# By status: weight, and range of days since the last order.
LIFE = {
    CustomerStatus.PROSPECT: (12, (0, 1)),
    CustomerStatus.ACTIVE: (58, (1, 360)),
    CustomerStatus.DORMANT: (16, (366, 720)),
    CustomerStatus.CHURNED: (14, (731, 1_500)),
}


def draw_traits(index: int, kind: PartyKind, rng: Random) -> Traits:
    if index % 61 == 0:
        return BARE
    if index % 197 == 0:
        return ERASED
    status = rng.choices(tuple(LIFE), [weight for weight, _ in LIFE.values()])[0]
    buys_much = index % 97 == 0
    if buys_much:
        status = CustomerStatus.ACTIVE
    return _draw_life(index, kind, status, _orders(status, buys_much, rng), rng)


def _orders(status: CustomerStatus, buys_much: bool, rng: Random) -> int:
    if buys_much:
        return 101 + rng.randrange(60)
    return 0 if status is CustomerStatus.PROSPECT else 1 + min(int(rng.expovariate(0.22)), 60)


def _draw_life(index: int, kind: PartyKind, status: CustomerStatus, orders: int, rng: Random) -> Traits:
    is_firm = kind is PartyKind.ORGANIZATION
    last_order = rng.randrange(*LIFE[status][1])
    return Traits(
        status=status,
        customer_for_days=last_order + 15 + rng.randrange(60 if orders < 2 else 1_800),
        orders=orders,
        last_order_days_ago=last_order,
        payer=rng.choices(tuple(Payer), (82, 12, 6))[0],
        tickets=min(int(rng.expovariate(1.0)), 6),
        open_complaint=rng.random() < 0.04,
        prefers_texts=rng.random() < 0.1,
        has_credit=rng.random() < (0.8 if is_firm else 0.1),
        has_loyalty=not is_firm and rng.random() < 0.6,
        second_currency=orders > 3 and rng.random() < 0.06,
        known_to_marketing=rng.random() < 0.85,
        minor_of=rng.randrange(13, 18) if index % 83 == 2 and not is_firm else None,
        restricted=index % 89 == 3,
        held=index % 149 == 4,
    )

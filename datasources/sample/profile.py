"""A sample customer's identity, drawn from the seed and the customer's index."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from random import Random
from unicodedata import normalize
from uuid import UUID

from datasources.core.codes import CustomerStatus, PartyKind
from datasources.sample.countries import Country, countries, digits, pick_country
from datasources.sample.rows import generator, new_id
from datasources.sample.traits import SHOWCASE, Traits, draw_traits

# Names that often break software.
AWKWARD_NAMES = (
    ("Zoë 🌻", "van der Berg-O'Neill"),
    ('Robert "Bob"', "D'Angelo"),
    ("Bjo\u0308rn", "A\u030angstro\u0308m"),
    ("Null", "Test"),
    ("محمد", "السيد"),
    ("Анна", "Петрова"),
    ("Jean\\Luc", "<script>alert(1)</script>"),
    ("Wolfeschlegelsteinhausenbergerdorff" * 4, "Senior"),
    ("X", "Æ"),
)
TRADES = ("Bygg", "Kaffe", "Design", "Logistik", "Elektro", "Garden", "Studio", "Bakery", "Consult", "Marine")


@dataclass(frozen=True)
class Home:
    country: Country
    family: str
    street: str
    postcode: str
    city: str
    phone: str


@dataclass(frozen=True)
class Profile:
    seed: int
    index: int
    today: date
    traits: Traits
    kind: PartyKind
    given: str
    family: str
    home: Home

    @cached_property
    def id(self) -> UUID:
        return customer_id(self.seed, self.index)

    @property
    def number(self) -> str:
        return f"C-{self.index:06d}"

    @property
    def currency(self) -> str:
        return self.home.country.currency

    @property
    def is_organization(self) -> bool:
        return self.kind is PartyKind.ORGANIZATION

    @property
    def is_showcase(self) -> bool:
        return self.index == 1

    @property
    def is_erased(self) -> bool:
        return self.traits.status is CustomerStatus.ERASED

    @property
    def since(self) -> date:
        return self.today - timedelta(days=self.traits.customer_for_days)

    @property
    def display_name(self) -> str:
        if self.is_erased:
            return "(erased)"
        return f"{self.family} {self.given}" if self.is_organization else f"{self.given} {self.family}"

    @property
    def email(self) -> str:
        domain = ("example.com", "example.org", "example.net")[self.index % 3]
        plain = normalize("NFKD", f"{self.given}.{self.family}").encode("ascii", "ignore").decode().lower()
        name = "".join(letter for letter in plain[:40] if letter.isalnum() or letter == ".").strip(".")
        return f"{name or 'customer'}.{self.index}@{domain}"

    @property
    def parent_id(self) -> UUID | None:
        """Every seventh firm is a subsidiary of the firm before it."""
        return customer_id(self.seed, self.index - 5) if self.index % 35 == 0 else None


def customer_id(seed: int, index: int) -> UUID:
    return new_id(generator(seed, "customer", index))


def draw_profile(seed: int, index: int, today: date, rng: Random) -> Profile:
    kind = PartyKind.ORGANIZATION if index % 5 == 0 else PartyKind.INDIVIDUAL
    traits = SHOWCASE if index == 1 else draw_traits(index, kind, rng)
    home = _home(seed, _household(index))
    given, family = _names(index, kind, home, rng)
    return Profile(seed=seed, index=index, today=today, traits=traits, kind=kind, given=given, family=family, home=home)


def _household(index: int) -> int:
    """Return the index whose home it is: every ninth person lives with the person before."""
    shares = index % 9 == 5 and index % 5 != 0 and index % 5 != 1
    return index - 1 if shares else index


def _home(seed: int, index: int) -> Home:
    rng = generator(seed, "home", index)
    country = countries()["SE"] if index == 1 else pick_country(rng)
    city, postcode = rng.choice(country.cities)
    street = rng.choice(country.streets).format(rng.randrange(1, 99))
    return Home(
        country=country,
        family=rng.choice(country.family),
        street=street,
        postcode=digits(postcode, rng),
        city=city,
        phone=country.phone(index),
    )


def _names(index: int, kind: PartyKind, home: Home, rng: Random) -> tuple[str, str]:
    given = rng.choice(home.country.given)
    if kind is PartyKind.ORGANIZATION:
        return rng.choice(TRADES), home.family
    if index % 31 == 7:
        return AWKWARD_NAMES[index // 31 % len(AWKWARD_NAMES)]
    return given, home.family

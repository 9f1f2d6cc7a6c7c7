"""The countries of the sample data: names, streets, phone numbers, prices."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any

from datasources.currencies import round_amount

# Weights of the customers' countries.
WEIGHTS = {"SE": 6, "DK": 3, "FI": 3, "NO": 2, "DE": 4, "NL": 2, "FR": 3, "GB": 4, "US": 2, "JP": 1}
# Coprime to every range's size, so that serials map to distinct, non-consecutive numbers.
STRIDE = 7_919


@dataclass(frozen=True)
class Country:
    code: str
    currency: str
    per_euro: Decimal
    language: str
    vat_percent: int
    vat_number: str
    registration_number: str
    legal_form: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]
    fictional: tuple[range, ...]
    numbers: range

    def phone(self, serial: int) -> str:
        """Return the E.164 number of this serial; numbers reserved for fiction come first."""
        total = sum(len(numbers) for numbers in self.fictional)
        if serial >= total:
            return f"+{self.numbers[serial * STRIDE % len(self.numbers)]}"
        place = serial * STRIDE % total
        return f"+{next(islice(chain.from_iterable(self.fictional), place, None))}"

    def price(self, euros: Decimal) -> Decimal:
        return round_amount(euros * self.per_euro, self.currency)


@cache
def countries() -> dict[str, Country]:
    text = Path(__file__).with_name("countries.toml").read_text(encoding="utf-8")
    return {code: _country(code, facts) for code, facts in tomllib.loads(text).items()}


def pick_country(rng: Random) -> Country:
    code = rng.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0]
    return countries()[code]


def digits(pattern: str, rng: Random) -> str:
    """Replace each # of the pattern by a random digit."""
    return "".join(str(rng.randrange(10)) if mark == "#" else mark for mark in pattern)


def _country(code: str, facts: dict[str, Any]) -> Country:
    lists = {name: tuple(facts[name]) for name in ("given", "family", "streets")}
    return Country(
        **facts
        | lists
        | {
            "code": code,
            "per_euro": Decimal(facts["per_euro"]),
            "cities": tuple((city, postcode) for city, postcode in facts["cities"]),
            "fictional": tuple(_numbers(text) for text in facts["fictional"]),
            "numbers": _numbers(facts["numbers"]),
        }
    )


def _numbers(text: str) -> range:
    first, last = text.split("-")
    return range(int(first), int(last) + 1)

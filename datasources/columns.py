"""The kinds of column that departments' tables are built from, and how each is spelled in JSON."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Float, Integer, MetaData, Numeric, Text, Uuid, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

from datasources.countries import COUNTRIES
from datasources.currencies import UNIT_PRICE_DECIMALS, minor_units_check
from datasources.json_text import Kind

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Word(Text):
    """Text that needs no escaping in JSON, because a CHECK allows letters, digits and underscores only.

    `words` are all that there are, where the list is closed.
    """

    def __init__(self, words: type[StrEnum] | None = None) -> None:
        super().__init__()
        self.words = words


class Money(Numeric[Decimal]):
    """An exact amount of money in the currency of its row, the column `currency`.

    `extra_decimals` is how many it may have beyond those of the currency.
    """

    def __init__(self, extra_decimals: int = 0) -> None:
        super().__init__()
        self.extra_decimals = extra_decimals


class Ratio(Numeric[Decimal]):
    """An exact number with a fraction, which clients read as a Float."""


# The first that fits counts, so a subclass stands before its base.
_KINDS: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
    (Word, Kind.WORD),
    (Text, Kind.TEXT),
    (Uuid, Kind.WORD),
    (Boolean, Kind.BOOLEAN),
    (Integer, Kind.NUMBER),
    (Float, Kind.NUMBER),
    (Ratio, Kind.NUMBER),
    (Numeric, Kind.DECIMAL),
    (Date, Kind.TIME),
    (TIMESTAMP, Kind.TIME),
)


def kind_of(type_: TypeEngine[Any]) -> Kind:
    """How a column of this type is spelled. Raises TypeError for a type that no field can show as it is."""
    for known, kind in _KINDS:
        if isinstance(type_, known):
            return kind
    raise TypeError(f"a column of type {type_} is not shown as it is: give the field an expression in its shape")


def metadata(department: str) -> MetaData:
    """The tables of one department: a PostgreSQL schema of the same name."""
    return MetaData(schema=department, naming_convention=NAMES)


def row_id() -> Column[UUID]:
    """A random id: it says nothing about the row, so it can serve as a cursor."""
    return Column("id", Uuid(), primary_key=True, server_default=text("gen_random_uuid()"))


def subject_id() -> Column[UUID]:
    """Customer id. No foreign key, because core may be in another database."""
    return Column("customer_id", Uuid(), primary_key=True)


def code(name: str, values: type[StrEnum], *, nullable: bool = False) -> Column[str]:
    """One word of a closed list, spelled as GraphQL spells it."""
    return Column(name, Word(values), one_of(name, values), nullable=nullable)


def one_of(name: str, values: Iterable[str]) -> CheckConstraint:
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{name} IN ({words})", name=f"{name}_known")


def amount(name: str, *, nullable: bool = False) -> Column[Decimal]:
    """An amount of money in the row's currency, with no more decimals than the currency has."""
    return Column(name, Money(), _finite(name), _in_minor_units(name), nullable=nullable)


def unit_amount(name: str, *, nullable: bool = False) -> Column[Decimal]:
    """An amount before it is rounded: a price per unit, or a line of that price."""
    checks = (_finite(name), _in_minor_units(name, UNIT_PRICE_DECIMALS))
    return Column(name, Money(UNIT_PRICE_DECIMALS), *checks, nullable=nullable)


def decimal(name: str, *, nullable: bool = False) -> Column[Decimal]:
    """An exact decimal that keeps the digits it was written with, and is spelled as a string."""
    return Column(name, Numeric(), _finite(name), nullable=nullable)


def ratio(name: str, *, nullable: bool = False) -> Column[Decimal]:
    """An exact number with a fraction, spelled as a Float."""
    return Column(name, Ratio(), _finite(name), nullable=nullable)


def country(name: str = "country") -> Column[str]:
    """ISO 3166-1 alpha-2, or NULL."""
    codes = ", ".join(f"'{code}'" for code in sorted(COUNTRIES))
    return Column(name, Word(), CheckConstraint(f"{name} IN ({codes})", name=f"{name}_iso3166"))


def currency(name: str = "currency", *, nullable: bool = False) -> Column[str]:
    """ISO 4217, three capital letters."""
    return Column(name, Word(), CheckConstraint(f"{name} ~ '^[A-Z]{{3}}$'", name=f"{name}_iso4217"), nullable=nullable)


def moment(name: str, *, nullable: bool = False, **options: Any) -> Column[datetime]:
    """A point in time, to the microsecond."""
    return Column(name, TIMESTAMP(timezone=True), nullable=nullable, **options)


def _in_minor_units(name: str, extra_decimals: int = 0) -> CheckConstraint:
    return CheckConstraint(minor_units_check(name, extra_decimals), name=f"{name}_in_minor_units")


def _finite(name: str) -> CheckConstraint:
    """Refuses NaN and infinity, because JSON has neither."""
    return CheckConstraint(f"{name} > '-Infinity' AND {name} < 'Infinity'", name=f"{name}_finite")

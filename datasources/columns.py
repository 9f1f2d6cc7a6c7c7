"""The kinds of column that every department's tables are built from."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, MetaData, Numeric, Text, Uuid, text
from sqlalchemy.dialects.postgresql import TIMESTAMP

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata(department: str) -> MetaData:
    """The tables of one department: a PostgreSQL schema of the same name."""
    return MetaData(schema=department, naming_convention=NAMES)


def row_id() -> Column[UUID]:
    """A random id: it says nothing about the row, so it can serve as a cursor."""
    return Column("id", Uuid(), primary_key=True, server_default=text("gen_random_uuid()"))


def subject_id() -> Column[UUID]:
    """Whom the row is about. No foreign key: core may live in another database."""
    return Column("customer_id", Uuid(), primary_key=True)


def code(name: str, values: type[StrEnum], *, nullable: bool = False) -> Column[str]:
    """One word of a closed list, spelled as GraphQL spells it."""
    return Column(name, Text(), one_of(name, values), nullable=nullable)


def one_of(name: str, values: Iterable[str]) -> CheckConstraint:
    words = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{name} IN ({words})", name=f"{name}_known")


def amount(name: str, *, nullable: bool = False) -> Column[Decimal]:
    """An exact decimal that keeps the digits it was written with; NaN and infinity are refused, JSON has neither."""
    return Column(name, Numeric(), _finite(name), nullable=nullable)


def currency(name: str = "currency", *, nullable: bool = False) -> Column[str]:
    """ISO 4217, three capital letters."""
    return Column(name, Text(), CheckConstraint(f"{name} ~ '^[A-Z]{{3}}$'", name=f"{name}_iso4217"), nullable=nullable)


def moment(name: str, *, nullable: bool = False, **options: Any) -> Column[datetime]:
    """A point in time, to the microsecond."""
    return Column(name, TIMESTAMP(timezone=True), nullable=nullable, **options)


def _finite(name: str) -> CheckConstraint:
    return CheckConstraint(f"{name} > '-Infinity' AND {name} < 'Infinity'", name=f"{name}_finite")

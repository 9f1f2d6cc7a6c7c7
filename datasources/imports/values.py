"""From the text of a field to a value of its declared type, or the reason why not."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers

from datasources.imports.currencies import is_currency

ISO = "iso"
LARGEST_INTEGER = 2**31 - 1
REMEMBERED = 50_000

Convert = Callable[[str], Any]


class Refused(ValueError):
    """This text is no such value; the message is the reason that the rejects file gives."""


def text(value: str) -> str:
    if "\0" in value:
        raise Refused("has a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Refused("is not in the file's encoding") from None
    return value


def integer(value: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,10}", value) or abs(number := int(value)) > LARGEST_INTEGER:
        raise Refused("is no whole number")
    return number


def decimal(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise Refused("is no number") from None
    if not number.is_finite() or not re.fullmatch(r"[+-]?[\d.]+([eE][+-]?\d{1,2})?", value):
        raise Refused("is no number")
    return number


def price(value: str) -> Decimal:
    number = decimal(value)
    if number < 0:
        raise Refused("is a negative price")
    return number


def currency(value: str) -> str:
    if not is_currency(value):
        raise Refused("is no currency of ISO 4217")
    return value


def country(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", value):
        raise Refused("is no country code of ISO 3166-1")
    return value


def phone(value: str) -> str:
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        raise Refused("is no phone number with a country code") from None
    if not phonenumbers.is_valid_number(number):
        raise Refused("is no valid phone number")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def email(value: str) -> str:
    name, at, domain = text(value).rpartition("@")
    if not at or not name or "." not in domain or re.search(r"\s", value):
        raise Refused("is no e-mail address")
    return f"{name}@{domain.lower()}"


def dates(pattern: str) -> Convert:
    def convert(value: str) -> date:
        try:
            return date.fromisoformat(value) if pattern == ISO else _parsed(value, pattern).date()
        except ValueError:
            raise Refused("is no date of the declared form") from None

    return convert


def timestamps(pattern: str, zone: str) -> Convert:
    here = ZoneInfo(zone)

    def convert(value: str) -> datetime:
        try:
            moment = datetime.fromisoformat(value) if pattern == ISO else _parsed(value, pattern)
        except ValueError:
            raise Refused("is no time of the declared form") from None
        return (moment if moment.tzinfo else moment.replace(tzinfo=here)).astimezone(UTC)

    return convert


def _parsed(value: str, pattern: str) -> datetime:
    return datetime.strptime(value, pattern)  # noqa: DTZ007 - a date needs no zone, and a time gets its own


def words(known: dict[str, str]) -> Convert:
    """A declared word for each that the file uses; an empty one stands for nothing known."""

    def convert(value: str) -> str | None:
        if value not in known:
            raise Refused("is not among the declared words")
        return known[value] or None

    return convert


def bounded(convert: Convert, least: Decimal | None, most: Decimal | None) -> Convert:
    def check(value: str) -> Any:
        number = convert(value)
        if least is not None and number < least:
            raise Refused(f"is less than {least}")
        if most is not None and number > most:
            raise Refused(f"is more than {most}")
        return number

    return check


def remembered(convert: Convert) -> Convert:
    """Files repeat themselves: most fields were converted a moment ago."""
    return lru_cache(REMEMBERED)(convert)


SQL_TYPES = {
    "integer": "numeric",
    "decimal": "numeric",
    "price": "numeric",
    "date": "date",
    "timestamp": "timestamptz",
}

PLAIN: dict[str, Convert] = {
    "text": text,
    "integer": integer,
    "decimal": decimal,
    "price": price,
    "currency": currency,
    "country": country,
    "phone": phone,
    "email": email,
}

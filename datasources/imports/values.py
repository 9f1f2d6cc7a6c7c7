"""Convert the text of a field to a value of its declared type."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from datasources import calendar_text
from datasources.core.emails import EmailError, parse_email
from datasources.core.phones import Phone, PhoneError, is_assigned, parse_phone
from datasources.countries import is_country
from datasources.currencies import is_currency

ISO = "iso"
MAX_INTEGER = 2**31 - 1
MAX_MEMOIZED_VALUES = 50_000

Convert = Callable[[str], Any]


class ConversionError(ValueError):
    """Raised for a text that is no value of the type; the message goes to the rejects file."""


def text(value: str) -> str:
    if "\0" in value:
        raise ConversionError("has a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ConversionError("is not in the file's encoding") from None
    return value


def integer(value: str) -> int:
    if not re.fullmatch(r"[+-]?\d{1,10}", value) or abs(number := int(value)) > MAX_INTEGER:
        raise ConversionError("is no whole number")
    return number


def decimal(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ConversionError("is no number") from None
    if not number.is_finite() or not re.fullmatch(r"[+-]?[\d.]+([eE][+-]?\d{1,2})?", value):
        raise ConversionError("is no number")
    return number


def price(value: str) -> Decimal:
    number = decimal(value)
    if number < 0:
        raise ConversionError("is a negative price")
    return number


def currency(value: str) -> str:
    if not is_currency(value):
        raise ConversionError("is no currency of ISO 4217")
    return value


def country(value: str) -> str:
    if not is_country(value):
        raise ConversionError("is no country code of ISO 3166-1")
    return value


def phones(region: str | None) -> Convert:
    """Return a converter of phone numbers; those without a country code are of the region (ISO 3166-1)."""

    def convert(value: str) -> Phone:
        try:
            number = parse_phone(value, region)
        except PhoneError as error:
            raise ConversionError(f"is no phone number: it {error}") from None
        if not is_assigned(number):
            raise ConversionError("is no valid phone number")
        return number

    return convert


def email(value: str) -> str:
    try:
        return parse_email(text(value))
    except EmailError as error:
        raise ConversionError(f"is no e-mail address: it {error}") from None


def dates(pattern: str) -> Convert:
    def convert(value: str) -> date:
        try:
            return calendar_text.parse_date(value) if pattern == ISO else _parse(value, pattern).date()
        except ValueError:
            raise ConversionError("is no date of the declared form") from None

    return convert


def timestamps(pattern: str, zone: str) -> Convert:
    here = ZoneInfo(zone)

    def convert(value: str) -> datetime:
        try:
            moment = _parse_moment(value) if pattern == ISO else _parse(value, pattern)
        except ValueError:
            raise ConversionError("is no time of the declared form") from None
        try:
            return calendar_text.in_utc(moment if moment.tzinfo else moment.replace(tzinfo=here))
        except ValueError as error:
            raise ConversionError(f"is {error} in UTC") from None

    return convert


def _parse_moment(value: str) -> datetime:
    """A date alone is the start of the day."""
    if "T" not in value.upper() and ":" not in value:
        return datetime.combine(calendar_text.parse_date(value), time())
    return calendar_text.parse_moment(value)


def _parse(value: str, pattern: str) -> datetime:
    return datetime.strptime(value, pattern)  # noqa: DTZ007 - a date needs no zone, and a time gets its own


def words(known: dict[str, str]) -> Convert:
    """Return a converter of the file's words to declared ones; an empty one means null."""

    def convert(value: str) -> str | None:
        if value not in known:
            raise ConversionError("is not among the declared words")
        return known[value] or None

    return convert


def within_bounds(convert: Convert, least: Decimal | None, most: Decimal | None) -> Convert:
    def check(value: str) -> Any:
        number = convert(value)
        if least is not None and number < least:
            raise ConversionError(f"is less than {least}")
        if most is not None and number > most:
            raise ConversionError(f"is more than {most}")
        return number

    return check


def memoize(convert: Convert) -> Convert:
    """Cache conversions, because most fields of a file repeat an earlier field."""
    return lru_cache(MAX_MEMOIZED_VALUES)(convert)


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
    "email": email,
}

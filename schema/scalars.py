"""The scalars: how each is written, and what is refused."""

import decimal
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

from datasources import calendar_text
from datasources.core import emails, phones
from datasources.core.emails import EmailError
from datasources.core.phones import PhoneError
from datasources.countries import COUNTRIES

_RFC3339 = "https://www.rfc-editor.org/rfc/rfc3339"


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str):
        raise GraphQLError(f"{what} is written as a string.")
    return value


def parse_date(value: Any) -> date:
    try:
        return calendar_text.parse_date(_text(value, "Date"))
    except ValueError:
        raise GraphQLError("Date is written YYYY-MM-DD (RFC 3339 full-date).") from None


def parse_moment(value: Any) -> datetime:
    try:
        moment = calendar_text.parse_moment(_text(value, "DateTime"))
    except ValueError:
        raise GraphQLError("DateTime is written like 2026-01-31T09:30:00Z (RFC 3339).") from None
    if moment.tzinfo is None:
        raise GraphQLError("DateTime needs an offset, like Z or +01:00 (RFC 3339).")
    try:
        return calendar_text.in_utc(moment)
    except ValueError as error:
        raise GraphQLError(f"DateTime is {error} in UTC.") from None


def parse_decimal(value: Any) -> decimal.Decimal:
    try:
        number = decimal.Decimal(_text(value, "Decimal"))
    except decimal.InvalidOperation:
        raise GraphQLError('Decimal is written as a string of digits, like "12.50".') from None
    if not number.is_finite():
        raise GraphQLError("Decimal is a finite number.")
    return number


def parse_phone(value: Any) -> str:
    """E.164, with `;ext=` and digits for an extension. Without a country code it is of the home region."""
    try:
        return str(phones.parse_phone(_text(value, "PhoneNumber")))
    except PhoneError as error:
        raise GraphQLError(f"PhoneNumber {error}.") from None


def parse_email(value: Any) -> str:
    """The domain in lower case. The local part keeps its case, which lookups ignore."""
    try:
        return emails.parse_email(_text(value, "EmailAddress"))
    except EmailError as error:
        raise GraphQLError(f"EmailAddress {error}.") from None


def _matching(pattern: str, message: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        text = _text(value, "This")
        if not re.fullmatch(pattern, text):
            raise GraphQLError(message)
        return text

    return parse


parse_currency = _matching("[A-Z]{3}", "CurrencyCode is three capital letters, like EUR (ISO 4217).")
parse_country = _matching("|".join(sorted(COUNTRIES)), "CountryCode is a country of ISO 3166-1 alpha-2, like SE.")
parse_language = _matching("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", "LanguageTag is written like sv or en-GB (BCP 47).")

Date = NewType("Date", date)
DateTime = NewType("DateTime", datetime)
Decimal = NewType("Decimal", decimal.Decimal)
PhoneNumber = NewType("PhoneNumber", str)
EmailAddress = NewType("EmailAddress", str)
CurrencyCode = NewType("CurrencyCode", str)
CountryCode = NewType("CountryCode", str)
LanguageTag = NewType("LanguageTag", str)


def _scalar(name: str, description: str, parse: Callable[[Any], Any], specified_by: str) -> Any:
    return strawberry.scalar(
        name=name, description=description, serialize=str, parse_value=parse, specified_by_url=specified_by
    )


SCALARS: dict[object, Any] = {
    Date: _scalar("Date", "A day, like 2026-01-31 (RFC 3339 full-date).", parse_date, _RFC3339),
    DateTime: _scalar(
        "DateTime",
        "A point in time, like 2026-01-31T09:30:00+00:00 (RFC 3339). Answers are in UTC.",
        parse_moment,
        _RFC3339,
    ),
    Decimal: _scalar(
        "Decimal",
        'An exact decimal number as a string, like "12.50": it never passes through a float.',
        parse_decimal,
        "https://en.wikipedia.org/wiki/Decimal",
    ),
    PhoneNumber: _scalar(
        "PhoneNumber",
        "A phone number with its country, like +46701740605 (E.164). Spaces, dashes and brackets are accepted.",
        parse_phone,
        "https://www.itu.int/rec/T-REC-E.164",
    ),
    EmailAddress: _scalar(
        "EmailAddress",
        "An e-mail address, its domain in lower case.",
        parse_email,
        "https://www.rfc-editor.org/rfc/rfc5322",
    ),
    CurrencyCode: _scalar(
        "CurrencyCode",
        "A currency by its three letters, like EUR (ISO 4217).",
        parse_currency,
        "https://www.iso.org/iso-4217-currency-codes.html",
    ),
    CountryCode: _scalar(
        "CountryCode",
        "A country by its two letters, like SE (ISO 3166-1 alpha-2).",
        parse_country,
        "https://www.iso.org/iso-3166-country-codes.html",
    ),
    LanguageTag: _scalar(
        "LanguageTag",
        "A language, like sv or en-GB (BCP 47).",
        parse_language,
        "https://www.rfc-editor.org/info/bcp47",
    ),
}

"""Phone numbers: from what people and systems write to E.164, the extension apart."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

EXTENSION = ";ext="
MAX_MEMOIZED_NUMBERS = 4096

# Mexico dropped the 1 before mobile numbers in 2019; Brazil put a 9 before them until 2016. Systems still send the old
# forms, which no longer are valid numbers.
_RENUMBERED = (
    (re.compile(r"\+521([2-9]\d{9})"), r"+52\1"),
    (re.compile(r"\+55([1-9]\d)([6-9]\d{7})"), r"+55\g<1>9\2"),
)
# Old forms by current form. Argentina's 9 before a mobile number is written in calls from abroad only, and both forms
# are valid.
_OTHER_FORMS = (
    (re.compile(r"\+52([2-9]\d{9})"), r"+521\1"),
    (re.compile(r"\+55([1-9]\d)9([6-9]\d{7})"), r"+55\1\2"),
    (re.compile(r"\+54([1-3]\d{9})"), r"+549\1"),
    (re.compile(r"\+549([1-3]\d{9})"), r"+54\1"),
)

_WRONG_LENGTH = "has too few or too many digits for its country"
_WRONG_LENGTHS = (
    phonenumbers.NumberParseException.TOO_LONG,
    phonenumbers.NumberParseException.TOO_SHORT_NSN,
    phonenumbers.NumberParseException.TOO_SHORT_AFTER_IDD,
)


class PhoneError(ValueError):
    """Raised for a text that is no phone number. The message completes a sentence that begins with its name."""


class Phone(NamedTuple):
    """A number in E.164 and an extension of digits; as a text `+16502530100;ext=123` (RFC 3966)."""

    number: str
    extension: str | None = None

    def __str__(self) -> str:
        return self.number if self.extension is None else f"{self.number}{EXTENSION}{self.extension}"


@dataclass
class _Home:
    region: str | None = None


_HOME = _Home()


def set_home_region(region: str | None) -> None:
    """Set the country (ISO 3166-1) of numbers without a country code, for the whole process."""
    _HOME.region = region


def parse_phone(text: str, region: str | None = None) -> Phone:
    """Parse a number in any common notation. One without a country code is of `region`, or of the home region.

    A mobile number of Brazil or Mexico in its old form becomes the current one. Raises PhoneError.
    """
    return _parse_phone(text, region or _HOME.region)


@lru_cache(MAX_MEMOIZED_NUMBERS)
def _parse_phone(text: str, region: str | None) -> Phone:
    parsed = _parse(text, region)
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    for pattern, current in _RENUMBERED:
        if pattern.fullmatch(number):
            number = pattern.sub(current, number)
    if not phonenumbers.is_possible_number(phonenumbers.parse(number)):
        raise PhoneError(_WRONG_LENGTH)
    return Phone(number, parsed.extension)


def is_assigned(phone: Phone) -> bool:
    """Return whether the number is in a range that its country has assigned."""
    return phonenumbers.is_valid_number(phonenumbers.parse(phone.number))


def phone_forms(number: str) -> tuple[str, ...]:
    """Return the E.164 forms in which the same number may be stored, the given form first."""
    others = (pattern.sub(form, number) for pattern, form in _OTHER_FORMS if pattern.fullmatch(number))
    return (number, *others)


def _parse(text: str, region: str | None) -> phonenumbers.PhoneNumber:
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        is_length = error.error_type in _WRONG_LENGTHS
        raise PhoneError(_WRONG_LENGTH if is_length else _expected_form(region)) from None
    # The library reads letters as digits of a keypad, and the word of an extension without digits too.
    if parsed.extension is None and re.search(r"[^\W\d_]", text.removeprefix("tel:")):
        raise PhoneError(_expected_form(region))
    return parsed


def _expected_form(region: str | None) -> str:
    if region is None:
        return "is written with its country, like +46701740605 (E.164)"
    return f"is written like +46701740605 (E.164), or as in {region}"

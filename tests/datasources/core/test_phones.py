"""Phone numbers as people and systems write them become E.164; extensions stay, old forms meet current ones."""

import pytest

from datasources.core.phones import Phone, PhoneError, is_assigned, parse_phone, phone_forms, set_home_region


@pytest.mark.parametrize(
    ("text", "region", "number", "extension"),
    [
        ("+46701740624", None, "+46701740624", None),
        ("tel:+46-70-174 06 24", None, "+46701740624", None),
        ("070-174 06 24", "SE", "+46701740624", None),
        ("0701740624", "SE", "+46701740624", None),
        ("0046701740624", "SE", "+46701740624", None),
        ("011 46 70 174 06 24", "US", "+46701740624", None),
        ("(206) 555-4112", "US", "+12065554112", None),
        ("+46701740624", "US", "+46701740624", None),
        ("+46 (0)8-123 45 67", None, "+4681234567", None),
        ("+1 650-253-0100 ext. 123", None, "+16502530100", "123"),
        ("+1 650-253-0100 x456", None, "+16502530100", "456"),
        ("+16502530100;ext=0123", None, "+16502530100", "0123"),
        ("650-253-0100 ext 7", "US", "+16502530100", "7"),
        # Old forms of mobile numbers.
        ("+52 1 55 1234 5678", None, "+525512345678", None),
        ("+52 55 1234 5678", None, "+525512345678", None),
        ("+55 11 8765-4321", None, "+5511987654321", None),
        ("+55 11 98765-4321", None, "+5511987654321", None),
        # A landline of Brazil gets no 9.
        ("+55 11 3123-4567", None, "+551131234567", None),
        ("011 15-2345-6789", "AR", "+5491123456789", None),
    ],
)
def test_notations(text: str, region: str | None, number: str, extension: str | None) -> None:
    assert parse_phone(text, region) == Phone(number, extension)


def test_the_home_region_counts_where_no_other_is_given() -> None:
    set_home_region("SE")
    try:
        assert parse_phone("070-174 06 24") == parse_phone("0046701740624") == Phone("+46701740624")
        assert parse_phone("650-253-0100", "US") == Phone("+16502530100")
    finally:
        set_home_region(None)
    with pytest.raises(PhoneError):
        parse_phone("070-174 06 24")


@pytest.mark.parametrize("text", ["+16502530100", "+16502530100;ext=123", "+5511987654321;ext=007"])
def test_the_text_of_a_number_is_read_as_itself(text: str) -> None:
    assert str(parse_phone(text)) == text


@pytest.mark.parametrize(
    ("text", "region", "message"),
    [
        ("070-174 06 24", None, "is written with its country, like +46701740605 (E.164)"),
        ("0046701740624", None, "is written with its country, like +46701740605 (E.164)"),
        ("none", "SE", "is written like +46701740605 (E.164), or as in SE"),
        ("", "SE", "is written like +46701740605 (E.164), or as in SE"),
        # Letters are not the keys of a keypad.
        ("+46701740624 ext", None, "is written with its country, like +46701740605 (E.164)"),
        ("+46 70 FLOWERS", None, "is written with its country, like +46701740605 (E.164)"),
        ("+4670", None, "has too few or too many digits for its country"),
        ("+46701740624701740624", None, "has too few or too many digits for its country"),
    ],
)
def test_what_is_no_number(text: str, region: str | None, message: str) -> None:
    with pytest.raises(PhoneError) as error:
        parse_phone(text, region)
    assert str(error.value) == message


def test_a_number_out_of_every_range_is_not_assigned() -> None:
    assert is_assigned(parse_phone("+46701740624"))
    assert not is_assigned(parse_phone("+12005550100"))


@pytest.mark.parametrize(
    ("number", "forms"),
    [
        ("+46701740624", ("+46701740624",)),
        ("+525512345678", ("+525512345678", "+5215512345678")),
        ("+5511987654321", ("+5511987654321", "+551187654321")),
        ("+551131234567", ("+551131234567",)),
        ("+5491123456789", ("+5491123456789", "+541123456789")),
        ("+541123456789", ("+541123456789", "+5491123456789")),
        # Toll-free.
        ("+548001234567", ("+548001234567",)),
    ],
)
def test_forms_of_one_number(number: str, forms: tuple[str, ...]) -> None:
    assert phone_forms(number) == forms

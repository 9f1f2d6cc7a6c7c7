"""What a ticket system has none of: unions, money, single objects and whole lists, written by the same code."""

from datetime import UTC, datetime
from typing import Any

import pytest

from auth.policy.effects import UNGOVERNED, Condition, Effect, EffectKind, Mask
from datasources.compiler.plain.comparisons import filtering
from datasources.compiler.plain.fields import FieldWriter
from datasources.compiler.plain.needs import Needs
from datasources.compiler.plain.orders import ordering
from datasources.compiler.plain.texts import as_write
from datasources.json_text import Kind
from datasources.plan import Field, Filter, Order, constant
from datasources.shapes import Key
from datasources.sources.shapes import (
    Match,
    PlainAmount,
    PlainMany,
    PlainOne,
    PlainShape,
    PlainSubject,
    column,
    value,
)

PARCEL = PlainShape(
    "Parcel",
    "parcels",
    {
        "price": PlainAmount(column("price"), column("currency")),
        "sender": PlainOne("Party", Match(theirs="id", mine="sender_id")),
        "stops": PlainMany("Stop", Match(theirs="parcel_id", mine="id")),
    },
)
PARTY = PlainShape("Party", "parties", discriminator=column("kind"), variants={"PERSON": "Person", "FIRM": "Firm"})
PERSON = PlainShape("Person", "parties", {"name": value(Kind.TEXT, "name")})
FIRM = PlainShape("Firm", "parties", {"seat": value(Kind.TEXT, "seat")})
STOP = PlainShape("Stop", "stops", {"place": value(Kind.TEXT, "place")}, order=(Key("place"),))
SHAPES = {shape.type: shape for shape in (PARCEL, PARTY, PERSON, FIRM, STOP)}

ROWS: dict[str, list[dict[str, Any]]] = {
    "parcels": [],
    "parties": [
        {"id": "1", "kind": "PERSON", "name": "Kim", "seat": None},
        {"id": "2", "kind": "FIRM", "name": None, "seat": "Lund"},
        {"id": "3", "kind": "GHOST", "name": "x", "seat": "x"},
    ],
    "stops": [
        {"id": "1", "parcel_id": "9", "place": "Aalborg"},
        {"id": "2", "parcel_id": "9", "place": None},
        {"id": "3", "parcel_id": "9", "place": "Borås"},
        {"id": "4", "parcel_id": "8", "place": "Cork"},
    ],
}
TYPENAME = Field("t", "", "__typename")


def subject(flags: int = 0) -> PlainSubject:
    return PlainSubject("c", flags, datetime(2026, 1, 1, tzinfo=UTC), 1, {}, ROWS)


def written(asked: Field, row: dict[str, Any], flags: int = 0) -> tuple[str, dict[str, set[str]]]:
    writer = FieldWriter(SHAPES, {})
    write = as_write(writer.object(PARCEL, {"Parcel": (asked,)}))
    return write(row, subject(flags)), writer.needs.columns


def test_money_is_null_without_an_amount() -> None:
    fields = (Field("a", "Money", "amount"), Field("c", "Money", "currency"), TYPENAME)
    asked = Field("price", "Parcel", "price", fields={"Money": fields})
    text, needs = written(asked, {"price": "12.50", "currency": "SEK"})
    assert text == '{"price":{"a":"12.50","c":"SEK","t":"Money"}}'
    assert needs == {"parcels": {"id", "customer_id", "price", "currency"}}
    assert written(asked, {"price": None, "currency": "SEK"})[0] == '{"price":null}'


@pytest.mark.parametrize(
    ("sender", "text"), [("1", '{"n":"Kim"}'), ("2", '{"t":"Firm","s":"Lund"}'), ("3", "null"), ("4", "null")]
)
def test_each_type_of_a_union_has_its_own_selection(sender: str, text: str) -> None:
    fields = {"Person": (Field("n", "Person", "name"),), "Firm": (TYPENAME, Field("s", "Firm", "seat"))}
    found, needs = written(Field("sender", "Parcel", "sender", fields=fields), {"sender_id": sender})
    assert found == f'{{"sender":{text}}}'
    assert needs == {
        "parcels": {"id", "customer_id", "sender_id"},
        "parties": {"id", "customer_id", "kind", "name", "seat"},
    }


def stops(effect: Effect = UNGOVERNED, *, shown: Effect = UNGOVERNED) -> Field:
    fields = {"Stop": (Field("p", "Stop", "place", shown),)}
    return Field("stops", "Parcel", "stops", orders=(Order("place", True, effect),), fields=fields)


def test_a_whole_list_is_in_its_order_with_nulls_last() -> None:
    assert written(stops(), {"id": "9"})[0] == '{"stops":[{"p":"Borås"},{"p":"Aalborg"},{"p":null}]}'


def test_a_key_that_may_not_be_ordered_by_orders_nothing() -> None:
    withheld = Effect(EffectKind.WITHHOLD, "r", "a")
    assert written(stops(withheld), {"id": "9"})[0] == '{"stops":[{"p":"Aalborg"},{"p":null},{"p":"Borås"}]}'


def test_a_key_that_a_customers_flags_withhold_orders_nothing_of_theirs() -> None:
    conditional = Effect(EffectKind.ALLOW, "r", "a", condition=Condition(1, 1))
    assert written(stops(conditional), {"id": "9"}, flags=1)[0].startswith('{"stops":[{"p":"Borås"}')
    assert (
        written(stops(conditional), {"id": "9"}, flags=0)[0] == '{"stops":[{"p":"Borås"},{"p":null},{"p":"Aalborg"}]}'
    )


def test_a_masked_value_of_a_customer_whose_flags_withhold_it_is_null() -> None:
    shown = Effect(EffectKind.MASK, "r", "a", mask=Mask.INITIAL, condition=Condition(1, 1))
    assert written(stops(shown=shown), {"id": "8"}, flags=1)[0] == '{"stops":[{"p":"C."}]}'
    assert written(stops(shown=shown), {"id": "8"}, flags=0)[0] == '{"stops":[{"p":null}]}'


@pytest.mark.parametrize(
    ("operator", "given", "places"),
    [
        ("in", ["Aalborg", "Cork"], ["Aalborg", "Cork"]),
        ("equals", "Cork", ["Cork"]),
        ("from", "Borås", ["Borås", "Cork"]),
        ("before", "Borås", ["Aalborg"]),
        ("starts", "bo", ["Borås"]),
    ],
)
def test_comparisons_match_no_null(operator: str, given: Any, places: list[str]) -> None:
    tests = filtering(STOP, [Filter("place", operator, constant(given), UNGOVERNED)], Needs())
    assert [row["place"] for row in ROWS["stops"] if all(test(row, subject()) for test in tests)] == places


def test_a_filter_that_flags_withhold_matches_nothing() -> None:
    effect = Effect(EffectKind.ALLOW, "r", "a", condition=Condition(1, 1))
    (test,) = filtering(STOP, [Filter("place", "equals", constant("Cork"), effect)], Needs())
    assert [test(row, subject(1)) for row in ROWS["stops"]] == [False, False, False, True]
    assert [test(row, subject(0)) for row in ROWS["stops"]] == [False] * 4


def test_an_ascending_order_has_nulls_last_too() -> None:
    order = ordering(STOP, [Order("place", False, UNGOVERNED)], Needs())
    assert [row["place"] for row in order(ROWS["stops"], subject())] == ["Aalborg", "Borås", "Cork", None]

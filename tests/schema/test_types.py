from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
    is_specified_scalar_type,
)
from sqlalchemy import CheckConstraint, literal_column

from auth.policy.categories import Category
from datasources.departments import SHAPES
from datasources.finance.tables import payment
from datasources.json_text import Kind
from datasources.rows import Column, Row, Subject
from datasources.shapes import Amount, Coordinate, Many, OtherCustomer, Pages, SubjectLink, Total, Totals, Value
from schema.build import build_schema, contract
from schema.classification import CATEGORY, GOVERNS, Data

GRAPH: GraphQLSchema = build_schema()._schema

# Enums that no department stores: how the roots order their lists.
ROOT_ENUMS = {"CustomerOrderField", "OrderDirection", "Effect", "Use"}

PAGING = ("(first:)", "(after:)", "(last:)", "(before:)")
# What takes its right from what stands inside it: the fields of an input, a field's name, the kind of an id.
NARROWS_NOTHING = {
    "Query.customer(by:)",
    "Query.customers(filter:)",
    "Query.customers(orderBy:)",
    "Query.node(id:)",
    "CustomerOrder.field",
    "CustomerOrder.direction",
    "Viewer.coordinates(use:)",
    "Viewer.may(coordinate:)",
    "Viewer.may(purpose:)",
    "Viewer.may(use:)",
}

Fields = Iterator[tuple[str, GraphQLField]]
Inputs = Iterator[tuple[str, GraphQLArgument | GraphQLInputField]]


def types() -> Iterator[tuple[str, Any]]:
    for name, type_ in GRAPH.type_map.items():
        if not name.startswith("__") and not is_specified_scalar_type(type_):
            yield name, type_


def fields() -> Fields:
    for name, type_ in types():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            yield from ((f"{name}.{key}", each) for key, each in type_.fields.items())


def inputs() -> Inputs:
    for coordinate, field in fields():
        yield from ((f"{coordinate}({key}:)", each) for key, each in field.args.items())
    for name, type_ in types():
        if isinstance(type_, GraphQLInputObjectType):
            yield from ((f"{name}.{key}", each) for key, each in type_.fields.items())


def is_structural(name: str) -> bool:
    """Types that hold no data of their own, or none about a customer."""
    return name in {"Query", "PageInfo", "Money", "Viewer", "CoordinateGrant"} or name.endswith(("Connection", "Edge"))


def object_fields() -> Fields:
    """Every field that some row has to answer."""
    for coordinate, field in fields():
        owner = coordinate.partition(".")[0]
        if isinstance(GRAPH.type_map[owner], GraphQLObjectType) and not is_structural(owner):
            yield coordinate, field


def declared(element: Any) -> Any:
    """What the schema's own code says of it, beyond what GraphQL knows."""
    return element.extensions["strawberry-definition"]


def category(field: GraphQLField) -> Category | None:
    found: Category | None = declared(field).metadata.get(CATEGORY)
    return found


def coordinates() -> dict[str, Coordinate]:
    return {f"{name}.{key}": SHAPES[name].coordinate(key) for name, type_ in shaped() for key in type_.fields}


def shaped() -> Iterator[tuple[str, GraphQLObjectType]]:
    """The object types that stand for data."""
    return ((name, type_) for name, type_ in types() if isinstance(type_, GraphQLObjectType) and name in SHAPES)


def test_every_type_has_a_description() -> None:
    assert [name for name, type_ in types() if not type_.description] == []


def test_every_field_has_a_description() -> None:
    assert [coordinate for coordinate, field in fields() if not field.description] == []


def test_every_argument_and_input_field_has_a_description() -> None:
    assert [name for name, each in inputs() if not each.description] == []


def test_every_field_has_a_category() -> None:
    unclassified = [coordinate for coordinate, field in fields() if not isinstance(category(field), Category)]
    assert unclassified == []


def test_every_field_has_an_owner() -> None:
    known = contract(build_schema())
    assert known.owners.keys() == known.categories.keys()
    named = ("Customer.number", "Customer.finance", "Invoice.total", "Query.customer")
    assert [known.owners[each] for each in named] == ["core", "finance", "finance", "core"]


def test_every_field_prints_its_category() -> None:
    for coordinate, field in fields():
        printed = [each for each in declared(field).directives if isinstance(each, Data)]
        assert [each.category for each in printed] == [category(field)], coordinate


def test_personal_data_may_be_null() -> None:
    required = [
        coordinate
        for coordinate, field in fields()
        if (known := category(field)) is not None and known.is_personal and is_non_null_type(field.type)
    ]
    assert required == []


def test_an_interface_and_its_types_agree_on_categories() -> None:
    differ = [
        f"{type_.name}.{name}"
        for interface in GRAPH.type_map.values()
        if isinstance(interface, GraphQLInterfaceType)
        for name, field in interface.fields.items()
        for type_ in GRAPH.get_implementations(interface).objects
        if category(type_.fields[name]) is not category(field)
    ]
    assert differ == []


def test_enums_are_spelled_as_they_are_stored() -> None:
    for name, type_ in types():
        if isinstance(type_, GraphQLEnumType) and name not in ROOT_ENUMS:
            codes = declared(type_).wrapped_cls
            assert codes.__module__.startswith(("datasources.", "auth.departments")), name
            assert list(type_.values) == [code.value for code in codes], name


def test_every_field_of_an_object_has_a_coordinate() -> None:
    known = coordinates()
    assert [coordinate for coordinate, _ in object_fields() if coordinate not in known] == []


def test_every_declared_coordinate_has_a_field() -> None:
    known = dict(fields())
    declared = [f"{shape.type}.{name}" for shape in SHAPES.values() for name in shape.fields]
    assert [coordinate for coordinate in declared if coordinate not in known] == []


def test_every_type_below_a_field_has_a_shape() -> None:
    below = {type_.name for _, field in object_fields() if is_composite_type(type_ := get_named_type(field.type))}
    assert {name for name in below if not is_structural(name)} - SHAPES.keys() == set()


def test_every_shape_has_a_type_with_the_same_variants() -> None:
    for name, shape in SHAPES.items():
        type_ = GRAPH.get_type(name)
        assert type_ is not None, name
        possible = GRAPH.get_possible_types(type_) if is_abstract_type(type_) else []
        assert {each.name for each in possible} == set(shape.variants.values()), name


def governed(each: GraphQLArgument | GraphQLInputField) -> str | None:
    """The coordinate that one uses by naming a value for this."""
    target: str | None = declared(each).metadata.get(GOVERNS)
    return target


def test_every_use_governs_a_coordinate_that_exists() -> None:
    known = coordinates()
    targets = {name: target for name, each in inputs() if (target := governed(each)) is not None}
    assert {name: target for name, target in targets.items() if target not in known} == {}


def test_every_argument_that_narrows_governs_a_field() -> None:
    ungoverned = {name for name, each in inputs() if governed(each) is None and not name.endswith(PAGING)}
    assert ungoverned == NARROWS_NOTHING


SCALARS: Mapping[Kind, set[str]] = {
    Kind.TEXT: {"String", "EmailAddress", "PhoneNumber", "LanguageTag"},
    Kind.WORD: {"ID", "CountryCode", "CurrencyCode"},
    Kind.NUMBER: {"Int", "Float"},
    Kind.DECIMAL: {"Decimal"},
    Kind.BOOLEAN: {"Boolean"},
    Kind.TIME: {"Date", "DateTime"},
}


def is_spelled(value: Value, field: GraphQLField) -> bool:
    """Enums are words; the other scalars each have their kind."""
    type_ = get_named_type(field.type)
    kind_fits = type_.name in SCALARS[value.kind] or (value.kind is Kind.WORD and isinstance(type_, GraphQLEnumType))
    return kind_fits and not is_list_type(get_nullable_type(field.type))


def fits(coordinate: Coordinate, field: GraphQLField) -> bool:
    """The coordinate makes what the field promises: a value, money, an object, a list or a connection."""
    is_list, name = is_list_type(get_nullable_type(field.type)), get_named_type(field.type).name
    match coordinate:
        case Value():
            return is_spelled(coordinate, field)
        case Pages():
            return not is_list and name == f"{coordinate.type}Connection"
        case OtherCustomer():
            return not is_list and name == "ID"
        case Amount() | Total():
            return is_list is isinstance(coordinate, Totals) and name == "Money"
        case SubjectLink():
            return not is_list and name == "Customer"
    return is_list is isinstance(coordinate, Many) and name == coordinate.type


def test_a_coordinate_makes_what_its_field_promises() -> None:
    known = coordinates()
    assert [name for name, field in object_fields() if name in known and not fits(known[name], field)] == []


def test_a_coordinate_that_is_not_declared_is_the_column_of_its_name() -> None:
    declared = {f"{shape.type}.{name}" for shape in SHAPES.values() for name in shape.fields}
    plain = {name: each for name, each in coordinates().items() if name not in declared}
    assert sum(isinstance(each, Value | Amount) for each in plain.values()) > 150
    row = Row(payment, subject())
    amount = plain["Payment.amount"]
    assert isinstance(amount, Amount)
    assert (amount.amount(row), amount.currency(row)) == (payment.c.amount, payment.c.currency)


@pytest.mark.parametrize("name", ["retainedUntil", "invoice_id_", "__typename"])
def test_a_name_that_is_no_column_is_no_coordinate(name: str) -> None:
    with pytest.raises(LookupError, match=f"Invoice declares no {name}"):
        SHAPES["Invoice"].coordinate(name)


def test_columns_that_the_schema_does_not_open_are_no_fields() -> None:
    known = dict(fields())
    closed = ("Customer.territory", "Customer.flags", "Invoice.retainUntil", "Invoice.currency", "Payment.invoiceId")
    assert [name for name in closed if name in known] == []


def subject() -> Subject:
    column: Column = literal_column("subject")
    return Subject(column, column, column, column)


def stored_words(coordinate: str) -> str | None:
    """The check on the column that a coordinate shows as it is; None where it computes."""
    type_, _, name = coordinate.partition(".")
    shape = SHAPES[type_]
    value = shape.coordinate(name)
    if shape.table is None or not isinstance(value, Value):
        return None
    column = value.expression(Row(shape.table, subject()))
    checks = [
        str(each.sqltext)
        for base in column.base_columns
        for each in getattr(base, "constraints", ())
        if isinstance(each, CheckConstraint)
    ]
    return checks[0] if checks else None


@pytest.mark.parametrize(
    "coordinate",
    [name for name, field in object_fields() if isinstance(get_named_type(field.type), GraphQLEnumType)],
)
def test_an_enum_field_knows_every_word_of_its_column(coordinate: str) -> None:
    type_ = get_named_type(dict(fields())[coordinate].type)
    assert isinstance(type_, GraphQLEnumType)
    words = stored_words(coordinate)
    if words is not None:
        assert all(f"'{value}'" in words for value in type_.values), words
        assert words.count("'") == 2 * len(type_.values), words

"""Error messages: no value of the request stands in any of them, and each says how to mend it."""

from collections.abc import Iterator

import pytest
from graphql import GraphQLInputType, get_named_type, is_enum_type, is_input_object_type, is_object_type

from resolvers.codes import Code
from resolvers.documents.library import Documents
from resolvers.documents.limits import UNLIMITED
from resolvers.refusal import OperationRefused
from schema.build import build_schema, contract

CONTRACT = contract(build_schema())
MARK = "SECR"
# Literals that fit nothing, or not everything, each with the mark or with what a library would repeat.
LITERALS = (
    *(f'"{MARK}"', f'"""{MARK}"""', MARK, f"[{MARK}]", f'["{MARK}"]', f'{{{MARK}: "{MARK}"}}', f'{{x: "{MARK}"}}'),
    *("5309", "53.09", "9" * 5_000, f'"+{MARK}@{MARK}"', f'["{MARK}", 5309, null]'),
    *(f'"\\u{MARK}"', f'"\\u{{{MARK}}}"', f'"\\q{MARK}"', f'"{MARK}', f"'{MARK}'", f"%{MARK}", f"{{{MARK}", f"[{MARK}"),
    *(f"0123{MARK}", f"5{MARK}", f"-{MARK}", f"1.{MARK}", f"1e{MARK}"),
)
OBJECTS = ({MARK: MARK}, {"x": [MARK]}, [{MARK: 5309}])
VALUES = (MARK, [MARK], *OBJECTS, 5309, 53.09, True, [MARK, None], f"+{MARK}@{MARK}")
# Documents with a variable.
SIZE = "query($n: Int!) { customers(first: $n) { totalCount } }"
KIND = "query($k: PartyKind) { customers(filter: {kind: $k}) { totalCount } }"
FILTER = "query($f: CustomerFilter) { customers(filter: $f) { totalCount } }"
BY = "query($b: CustomerBy!) { customer(by: $b) { id } }"
CHOICES = "It has INDIVIDUAL, ORGANIZATION."
NO_SUCH_KIND = "There is no such value in the 'PartyKind' enum."
UNKNOWN = "Expected value of type 'CustomerFilter' not to include unknown field 'knd'."
ONE_OF = (
    "Within OneOf Input Object type 'CustomerBy', exactly one field must be specified, and the value for that field"
    " must be non-null."
)


def places() -> Iterator[tuple[str, GraphQLInputType]]:
    """A document for every argument and every input field of the schema, with % for its value."""
    for type_ in CONTRACT.schema.type_map.values():
        if not is_object_type(type_) or type_.name.startswith("__"):
            continue
        for name, field in type_.fields.items():
            for argument, definition in field.args.items():
                around = f"fragment F on {type_.name} {{ {name}({argument}: %) {{ __typename }} }}"
                yield around, definition.type
                input_type = get_named_type(definition.type)
                if is_input_object_type(input_type):
                    for member, of in input_type.fields.items():
                        yield around.replace("%", f"{{{member}: %}}"), of.type


PLACES = list(places())


def messages(document: str, variables: dict[str, object] | None = None) -> list[str]:
    documents = Documents(CONTRACT, UNLIMITED)
    try:
        operation = documents.read(document).operation(None)
        documents.variables(operation, variables)
    except OperationRefused as refused:
        return [str(error["message"]) for error in refused.errors]
    return []


def test_every_argument_and_input_field_is_a_place() -> None:
    assert len(PLACES) > 60


@pytest.mark.parametrize("literal", LITERALS)
def test_no_literal_is_quoted(literal: str) -> None:
    said = [text for place, _ in PLACES for text in messages(f"{{ ...F }} {place.replace('%', literal)}")]
    assert said
    # A field's name in the document is no value.
    said = [text.replace(f"unknown field '{MARK}'", "") for text in said]
    assert [text for text in said if MARK in text or "53" in text or "digits" in text or "9999" in text] == []


@pytest.mark.parametrize("value", VALUES)
def test_no_variable_is_quoted(value: object) -> None:
    said = []
    for place, type_ in PLACES:
        declared = f"{str(type_).rstrip('!')}!"
        said += messages(f"query($v: {declared}) {{ ...F }} {place.replace('%', '$v')}", {"v": value})
    assert said
    said = [text.replace(f"unknown field '{MARK}'", "") for text in said]
    assert [text for text in said if MARK in text or "53" in text] == []


@pytest.mark.parametrize(
    ("document", "variables", "said"),
    [
        (
            "{ custmer { id } }",
            None,
            "Cannot query field 'custmer' on type 'Query'. Did you mean 'customer' or 'customers'?",
        ),
        ("{ node(i: 1) { id } }", None, "Unknown argument 'i' on field 'Query.node'. Did you mean 'id'?"),
        (SIZE, {}, "Variable '$n' of required type 'Int!' was not provided."),
        (SIZE, {"n": None}, "Variable '$n' of non-null type 'Int!' must not be null."),
        (
            SIZE,
            {"n": MARK},
            "Variable '$n' has invalid value: Int cannot represent non-integer value. It is declared as Int!.",
        ),
        (
            KIND,
            {"k": MARK},
            f"Variable '$k' has invalid value: {NO_SUCH_KIND} {CHOICES} It is declared as PartyKind.",
        ),
        (
            FILTER,
            {"f": {"knd": 1}},
            f"Variable '$f' has invalid value: {UNKNOWN} Did you mean 'kind'? It is declared as CustomerFilter.",
        ),
        (BY, {"b": {}}, f"Variable '$b' has invalid value: {ONE_OF} It is declared as CustomerBy!."),
        (
            "{ customers(filter: {kind: PERSON}) { totalCount } }",
            None,
            f"{NO_SUCH_KIND} {CHOICES}",
        ),
        (
            '{ customers(filter: {kind: "x"}) { totalCount } }',
            None,
            f"Enum 'PartyKind' cannot represent non-enum value. {CHOICES}",
        ),
        (
            "{ customer { id } }",
            None,
            "Argument 'Query.customer(by:)' of type 'CustomerBy!' is required, but it was not provided.",
        ),
        (f"{{ customers(first: {'9' * 5_000}) {{ totalCount }} }}", None, "Expected value of type 'Int'."),
        ('{ customer(by: {number: "\\uSECR"}) { id } }', None, "Syntax Error: Invalid Unicode escape sequence."),
        ("{ customers(", None, "Syntax Error: Expected Name."),
        ("}", None, "Syntax Error: Unexpected '}'."),
    ],
)
def test_a_message_says_what_to_mend(document: str, variables: dict[str, object] | None, said: str) -> None:
    assert messages(document, variables)[0] == said


@pytest.mark.parametrize("field", ["number", "id", "phone", "email"])
def test_a_nullable_variable_for_a_one_of_field_is_a_validation_error(field: str) -> None:
    """It used to be refused, or not, by the value that it had."""
    one_of = CONTRACT.schema.get_type("CustomerBy")
    assert is_input_object_type(one_of)
    assert one_of.is_one_of
    type_ = one_of.fields[field].type
    document = f"query($v: {type_}) {{ customer(by: {{{field}: $v}}) {{ id }} }}"
    with pytest.raises(OperationRefused) as refused:
        Documents(CONTRACT, UNLIMITED).read(document)
    assert refused.value.code == Code.GRAPHQL_VALIDATION_FAILED
    assert messages(document.replace("$v: " + str(type_), f"$v: {type_}!"), {}) != [refused.value.errors[0]["message"]]
    Documents(CONTRACT, UNLIMITED).read(document.replace(f"$v: {type_}", f"$v: {type_}!"))


def test_introspection_says_which_input_is_one_of() -> None:
    inputs = [each for each in CONTRACT.schema.type_map.values() if is_input_object_type(each)]
    assert [each.name for each in inputs if each.is_one_of] == ["CustomerBy"]
    assert any(is_enum_type(each) for each in CONTRACT.schema.type_map.values())

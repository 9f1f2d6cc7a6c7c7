"""Refusals of operations, raised before any data is fetched."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError, VariableDefinitionNode, print_ast

from resolvers.codes import Code

# Where graphql-core's messages repeat a value of the request, and the message without it.
_SCALARS = "Date|DateTime|Decimal|PhoneNumber|EmailAddress|CurrencyCode|CountryCode|LanguageTag"
_VALUES = [
    (
        re.compile(
            r"^(Variable '\$\w+' has invalid value)( at [\w.\[\]]+)?"
            rf".*?(: (?:{_SCALARS}) (?:is|has|needs) [^']*)?$",
            re.DOTALL,
        ),
        r"\1\2\3",
    ),
    (re.compile(r"^Value .* does not exist in (\S+ enum).*", re.DOTALL), r"There is no such value in the \1."),
    (re.compile(r",? found:? .*", re.DOTALL), "."),
    (re.compile(r"(Unexpected \w+) .*", re.DOTALL), r"\1."),
    (re.compile(r"cannot represent (.*?): .*", re.DOTALL), r"cannot represent \1."),
]


class OperationRefused(Exception):
    """The whole operation is refused. Its errors depend on the request, the schema and the viewer's class, never on
    data.
    """

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()
        self.errors = errors

    @property
    def code(self) -> str:
        return str(self.errors[0]["extensions"]["code"])


def refusal(code: Code, message: str, **extensions: Any) -> OperationRefused:
    return OperationRefused([{"message": message, "extensions": {"code": code, **extensions}}])


def null_variable_refusal(name: str) -> OperationRefused:
    """GraphQL lets a variable with a default stand in a non-null position, where a request may still set it to null."""
    return refusal(Code.BAD_USER_INPUT, f"Variable '${name}' is null where it must not be.", variable=name)


def refusal_from(code: Code, errors: Sequence[GraphQLError]) -> OperationRefused:
    """From graphql-core's errors, with message and locations."""
    return OperationRefused([_format_error(code, error) for error in errors])


def refuse_unwritable(value: Any) -> None:
    """Refuse text that PostgreSQL cannot store, which has no NUL and no lone surrogate, so that no value equals it."""
    match value:
        case str() if "\0" in value or not (value.isascii() or _is_encodable(value)):
            raise refusal(Code.BAD_USER_INPUT, "A text holds a character that no value here can hold.")
        case dict():
            for each in value.values():
                refuse_unwritable(each)
        case list():
            for each in value:
                refuse_unwritable(each)


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _format_error(code: Code, error: GraphQLError) -> dict[str, Any]:
    locations = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    where = {"locations": locations} if locations else {}
    return {"message": without_values(error.message) + _declared_type(error), **where, "extensions": {"code": code}}


def _declared_type(error: GraphQLError) -> str:
    """The declared type, if the error is about a variable's value."""
    node = error.nodes[0] if error.nodes else None
    return f" (it is declared as {print_ast(node.type)})" if isinstance(node, VariableDefinitionNode) else ""


def without_values(message: str) -> str:
    """graphql-core's message without values of the request, which may be personal; names of the schema stay.

    The scalars' own messages (`PhoneNumber is written …`) hold no value and stay.
    """
    for pattern, instead in _VALUES:
        message = pattern.sub(instead, message)
    return message

"""Refusals: why an operation is not run, said before anything is fetched."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError, VariableDefinitionNode, print_ast

from resolvers.codes import Code

# Where graphql-core's messages repeat a value, and what is left of them.
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
    """The operation as a whole is refused. The errors depend on the request, the schema and the viewer's class only,
    never on data.
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
    """A variable with a default may stand where no null may, and still be given as null."""
    return refusal(Code.BAD_USER_INPUT, f"Variable '${name}' is null where it must not be.", variable=name)


def refusal_from(code: Code, errors: Sequence[GraphQLError]) -> OperationRefused:
    """The errors of graphql-core, as far as a client needs them: message and place."""
    return OperationRefused([_formatted(code, error) for error in errors])


def refuse_unwritable(value: Any) -> None:
    """PostgreSQL's text holds neither NUL nor half a surrogate pair: no value of ours can equal one that does."""
    match value:
        case str() if "\0" in value or not (value.isascii() or _is_unicode(value)):
            raise refusal(Code.BAD_USER_INPUT, "A text holds a character that no value here can hold.")
        case dict():
            for each in value.values():
                refuse_unwritable(each)
        case list():
            for each in value:
                refuse_unwritable(each)


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _formatted(code: Code, error: GraphQLError) -> dict[str, Any]:
    locations = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    where = {"locations": locations} if locations else {}
    return {"message": without_values(error.message) + _expected(error), **where, "extensions": {"code": code}}


def _expected(error: GraphQLError) -> str:
    """For a variable that does not fit: the type it was declared with."""
    node = error.nodes[0] if error.nodes else None
    return f" (it is declared as {print_ast(node.type)})" if isinstance(node, VariableDefinitionNode) else ""


def without_values(message: str) -> str:
    """graphql-core's message without what the client sent: names are no secret, values may be.

    What our scalars say of themselves (`PhoneNumber is written …`) holds no value, and stays.
    """
    for pattern, instead in _VALUES:
        message = pattern.sub(instead, message)
    return message

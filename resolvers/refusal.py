"""Refusals of operations, raised before any data is fetched."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError, GraphQLSchema, VariableDefinitionNode, print_ast

from resolvers.codes import Code
from resolvers.messages import without_values


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


def refusal_from(code: Code, errors: Sequence[GraphQLError], schema: GraphQLSchema | None = None) -> OperationRefused:
    """From graphql-core's errors, with message and locations."""
    return OperationRefused([_format_error(code, error, schema) for error in errors])


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


def _format_error(code: Code, error: GraphQLError, schema: GraphQLSchema | None) -> dict[str, Any]:
    locations = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    where = {"locations": locations} if locations else {}
    message = without_values(error.message, schema)
    return {"message": message + _declared_type(error, message), **where, "extensions": {"code": code}}


def _declared_type(error: GraphQLError, message: str) -> str:
    """The declared type, for a variable whose value does not fit."""
    node = error.nodes[0] if error.nodes else None
    if isinstance(node, VariableDefinitionNode) and "has invalid value" in message:
        return f" It is declared as {print_ast(node.type)}."
    return ""

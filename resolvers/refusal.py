"""Refusals: why an operation is not run, said before anything is fetched."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from resolvers.codes import Code


class Refused(Exception):
    """The operation as a whole is refused. The errors depend on the request, the schema and the viewer's class only,
    never on data.
    """

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()
        self.errors = errors

    @property
    def code(self) -> str:
        return str(self.errors[0]["extensions"]["code"])


def refused(code: Code, message: str, **extensions: Any) -> Refused:
    return Refused([{"message": message, "extensions": {"code": code, **extensions}}])


def refused_by(code: Code, errors: Sequence[GraphQLError]) -> Refused:
    """The errors of graphql-core, as far as a client needs them: message and place."""
    return Refused([_formatted(code, error) for error in errors])


def refuse_nul(value: Any) -> None:
    """PostgreSQL's text cannot hold the character NUL: no value of ours can equal one that does."""
    match value:
        case str() if "\0" in value:
            raise refused(Code.BAD_USER_INPUT, "A text holds the character NUL, which no value here can hold.")
        case dict():
            refuse_nul(list(value.values()))
        case list():
            for each in value:
                refuse_nul(each)


def _formatted(code: Code, error: GraphQLError) -> dict[str, Any]:
    locations = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    where = {"locations": locations} if locations else {}
    return {"message": error.message, **where, "extensions": {"code": code}}

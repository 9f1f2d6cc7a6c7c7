"""Faults within an answer: the marks that statements leave become nulls, and errors that name their place."""

from typing import Any

import orjson
from graphql import GraphQLError

from auth.departments import CORE
from datasources.engine.running.answers import RootAnswer
from datasources.holes import BAD_CURSOR, down, parsed
from resolvers.codes import Code
from resolvers.refusal import without_values

_DOWN = parsed(down("").encode())
_CURSOR = parsed(BAD_CURSOR.encode())

# The answer to a root field without core: without its flags nothing personal is shown.
CORE_DOWN = RootAnswer(down(CORE).encode(), is_marked=True)

Error = dict[str, Any]


def separated(key: str, text: bytes) -> tuple[bytes, list[Error]]:
    """The answer of one root field without its marks, and an error for each, in order."""
    errors: list[Error] = []
    cleaned = _cleaned(parsed(text), [key], errors)
    return orjson.dumps(cleaned), errors


def outside_the_plan(error: GraphQLError) -> Error:
    """What went wrong in what graphql-core executed: a value that does not fit, or a fault of ours, which says nothing
    of itself.
    """
    where = {"path": error.path} if error.path else {}
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        said, code = without_values(error.message), Code.BAD_USER_INPUT
    else:
        said, code = "Something went wrong here.", Code.INTERNAL_SERVER_ERROR
    return {"message": said, **where, "extensions": {"code": code}}


def _cleaned(value: Any, path: list[str | int], errors: list[Error]) -> Any:
    match value:
        case dict():
            return {key: _cleaned(member, [*path, key], errors) for key, member in value.items()}
        case list():
            return [_cleaned(member, [*path, place], errors) for place, member in enumerate(value)]
        case str() if value.startswith(_DOWN):
            errors.append(_department_unavailable(value.removeprefix(_DOWN), path))
            return None
        case str() if value == _CURSOR:
            errors.append(_bad_cursor(path))
            return None
    return value


def _department_unavailable(department: str, path: list[str | int]) -> Error:
    if department == CORE:
        return {
            "message": "Core cannot be reached. Without it nothing personal is shown. Try again.",
            "path": path,
            "extensions": {"code": Code.CORE_UNAVAILABLE, "department": CORE},
        }
    return {
        "message": f"The department {department} cannot be reached. What it knows is missing. Try again.",
        "path": path,
        "extensions": {"code": Code.DEPARTMENT_UNAVAILABLE, "department": department},
    }


def _bad_cursor(path: list[str | int]) -> Error:
    return {
        "message": "The cursor names no entry of this list. Start again without it.",
        "path": path,
        "extensions": {"code": Code.BAD_CURSOR},
    }

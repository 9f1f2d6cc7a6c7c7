"""Faults within an answer: each mark that a statement left becomes null and an error with its path."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from graphql import GraphQLError

from auth.departments import CORE
from datasources.engine.running.answers import RootAnswer
from datasources.holes import AMBIGUOUS, BAD_CURSOR, bad_data_mark, down_mark, parse_marked
from resolvers.codes import Code
from resolvers.messages import without_values

_DOWN = parse_marked(down_mark("").encode())
_BAD_DATA = parse_marked(bad_data_mark("", "").encode()).removesuffix(":")
_CURSOR = parse_marked(BAD_CURSOR.encode())
_AMBIGUOUS = parse_marked(AMBIGUOUS.encode())

# The answer of a root field while core is down: without its flags no personal data may be shown.
CORE_DOWN = RootAnswer(down_mark(CORE).encode(), is_marked=True)

Error = dict[str, Any]


def extract_faults(key: str, text: bytes) -> tuple[bytes, list[Error]]:
    """The text of one root field with null for each mark, and the errors in the order of the marks."""
    errors: list[Error] = []
    value = _replace_marks(parse_marked(text), [key], errors)
    return orjson.dumps(value), errors


def count_bad_data(errors: Iterable[Error]) -> Mapping[tuple[str, str], int]:
    """How many values could not be shown, by department and coordinate."""
    bad = (each["extensions"] for each in errors if each["extensions"]["code"] == Code.BAD_DATA)
    return Counter((each["department"], each["coordinate"]) for each in bad)


def execution_error(error: GraphQLError) -> Error:
    """An error of a field that graphql-core executed: an unfit value, or a fault of the server, whose text is not
    shown.
    """
    where = {"path": error.path} if error.path else {}
    if error.original_error is None or isinstance(error.original_error, GraphQLError):
        message, code = without_values(error.message), Code.BAD_USER_INPUT
    else:
        message, code = "Something went wrong here.", Code.INTERNAL_SERVER_ERROR
    return {"message": message, **where, "extensions": {"code": code}}


def _replace_marks(value: Any, path: list[str | int], errors: list[Error]) -> Any:
    match value:
        case dict():
            return {key: _replace_marks(member, [*path, key], errors) for key, member in value.items()}
        case list():
            return [_replace_marks(member, [*path, place], errors) for place, member in enumerate(value)]
        case str() if value.startswith(_DOWN):
            errors.append(_department_unavailable(value.removeprefix(_DOWN), path))
            return None
        case str() if value.startswith(_BAD_DATA):
            department, coordinate = value.removeprefix(_BAD_DATA).split(":")
            errors.append(_bad_data(department, coordinate, path))
            return None
        case str() if value == _AMBIGUOUS:
            errors.append(_ambiguous(path))
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


def _bad_data(department: str, coordinate: str, path: list[str | int]) -> Error:
    return {
        "message": f"The data of {department} holds a value for {coordinate} that cannot be shown.",
        "path": path,
        "extensions": {"code": Code.BAD_DATA, "department": department, "coordinate": coordinate},
    }


def _ambiguous(path: list[str | int]) -> Error:
    return {
        "message": "Several customers share this value. List them by `customers(filter:)`, or look up by id or number.",
        "path": path,
        "extensions": {"code": Code.AMBIGUOUS},
    }


def _bad_cursor(path: list[str | int]) -> Error:
    return {
        "message": "The cursor names no entry of this list. Start again without it.",
        "path": path,
        "extensions": {"code": Code.BAD_CURSOR},
    }

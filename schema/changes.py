"""What changed for clients that were written against an older schema."""

from collections.abc import Iterable
from dataclasses import dataclass

from graphql import GraphQLError, GraphQLSchema, build_schema
from graphql.utilities import BreakingChange, DangerousChange, find_breaking_changes, find_dangerous_changes

from schema.build import print_sdl


class NotASchemaError(ValueError):
    """The text is no schema."""


@dataclass(frozen=True, slots=True)
class Changes:
    """A line for each change: `breaking` ones fail requests of clients of the older schema, `dangerous` ones may change
    what these clients do, such as a new enum value.
    """

    breaking: list[str]
    dangerous: list[str]


def changes_since(older: str) -> Changes:
    """Compare with an older schema. Raises NotASchemaError."""
    before, now = _built(older), build_schema(print_sdl())
    return Changes(_lines(find_breaking_changes(before, now)), _lines(find_dangerous_changes(before, now)))


def _lines(changes: Iterable[BreakingChange | DangerousChange]) -> list[str]:
    return sorted(f"{change.type.name}: {change.description}" for change in changes)


def _built(text: str) -> GraphQLSchema:
    try:
        schema = build_schema(text)
    except GraphQLError as error:
        raise NotASchemaError(f"it is no schema: {error.message}") from None
    except TypeError as error:
        raise NotASchemaError(f"it is no schema: {error}") from None
    if schema.query_type is None:
        raise NotASchemaError("it is no schema: it has no type Query")
    return schema

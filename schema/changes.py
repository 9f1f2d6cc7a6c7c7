"""What a change of the schema breaks for clients that were written against an older one."""

from graphql import GraphQLError, GraphQLSchema, build_schema
from graphql.utilities import find_breaking_changes

from schema.build import print_sdl


class NotASchemaError(ValueError):
    """The text is no schema."""


def breaking_changes(older: str) -> list[str]:
    """A line for each change that breaks clients of the older schema. Raises NotASchemaError."""
    changes = find_breaking_changes(_built(older), build_schema(print_sdl()))
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

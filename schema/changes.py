"""What a change of the schema breaks for clients that were written against an older one."""

from graphql import GraphQLError, build_schema
from graphql.utilities import find_breaking_changes

from schema.build import print_sdl


class NotASchemaError(ValueError):
    """The text is no schema."""


def breaking_changes(older: str) -> list[str]:
    """A line for each change that breaks clients of the older schema."""
    try:
        before = build_schema(older)
    except (GraphQLError, TypeError) as error:
        raise NotASchemaError(
            f"it is no schema: {error.message if isinstance(error, GraphQLError) else error}"
        ) from None
    changes = find_breaking_changes(before, build_schema(print_sdl()))
    return sorted(f"{change.type.name}: {change.description}" for change in changes)

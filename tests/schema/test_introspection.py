"""Introspection shows the definitions of the directives that the printed schema has."""

from typing import cast

from graphql import (
    IntrospectionQuery,
    build_client_schema,
    build_schema,
    get_introspection_query,
    graphql_sync,
    print_directive,
)

from schema import build


def test_every_directive_of_the_printed_schema_is_in_introspection() -> None:
    answer = graphql_sync(build.contract(build.build_schema()).schema, get_introspection_query())
    assert answer.data is not None
    client = build_client_schema(cast(IntrospectionQuery, answer.data))
    shown = {each.name: print_directive(each) for each in client.directives}
    printed = {each.name: print_directive(each) for each in build_schema(build.print_sdl()).directives}
    assert {"cost", "listSize", "data"} <= printed.keys()
    ours = printed.keys() - {"oneOf"}
    assert {name: shown[name] for name in ours} == {name: printed[name] for name in ours}

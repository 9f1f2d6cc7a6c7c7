"""`customer360 schema`: the printed schema, and what is wrong with it."""

import click

from server.terminal import Failed, say


@click.group("schema")
def command() -> None:
    """Print and check the schema."""


@command.command("print")
def print_schema() -> None:
    """Print the schema in GraphQL's schema definition language."""
    from schema.build import print_sdl

    click.echo(print_sdl(), nl=False)


@command.command("check")
def check() -> None:
    """Check that the committed schema is fresh, and every field described and classified."""
    from schema.build import check as problems_of

    problems = problems_of()
    for problem in problems:
        say(problem)
    if problems:
        raise Failed(f"the schema has {len(problems)} problem{'s' if len(problems) > 1 else ''}")

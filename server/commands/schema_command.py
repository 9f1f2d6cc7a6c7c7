"""`customer360 schema`: the printed schema, what is wrong with it, and what a change of it breaks."""

from pathlib import Path

import click

from auth.departments import DEPARTMENTS
from schema import build
from schema.changes import Changes, NotASchemaError, changes_since
from schema.federation.subgraphs import print_subgraphs
from server.commands.terminal import CommandError, say

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("schema")
def command() -> None:
    """Print and check the schema."""


@command.command("print")
@click.option("--subgraph", type=click.Choice(DEPARTMENTS), help="Only this department's, for a federation gateway.")
@click.option("--without-access", is_flag=True, help="For gateways that refuse @authenticated and @requiresScopes.")
def print_schema(subgraph: str | None, without_access: bool) -> None:
    """Print the schema in GraphQL's schema definition language."""
    if subgraph is None:
        click.echo(build.print_sdl(), nl=False)
    else:
        click.echo(print_subgraphs(tells_access=not without_access)[subgraph], nl=False)


@command.command("check")
@click.option(
    "--against",
    type=EXISTING,
    help="An older schema, printed; a change that breaks its clients fails, a dangerous one is listed.",
)
def check(against: Path | None) -> None:
    """Check that the committed schema is fresh, and every field described and classified."""
    problems = build.check()
    if against is not None:
        changes = _changes_since(against)
        problems += changes.breaking
        for each in changes.dangerous:
            say(f"dangerous, not breaking: {each}")
    for problem in problems:
        say(problem)
    if problems:
        raise CommandError(f"the schema has {len(problems)} problem{'s' if len(problems) > 1 else ''}")


def _changes_since(against: Path) -> Changes:
    try:
        return changes_since(against.read_text())
    except (NotASchemaError, UnicodeDecodeError) as error:
        raise CommandError(f"{against.name} cannot be compared with: {error}") from None

"""`customer360 db`: the departments' tables and their revisions."""

import click

from server.commands.terminal import Failed, as_json, run, say, show_json, table
from server.settings.environment import load


@click.group("db")
def command() -> None:
    """Create and look at the departments' tables."""


@command.command("upgrade")
def upgrade() -> None:
    """Bring every department's tables to the newest revision. Safe to run again."""
    from migrations import upgrade as migrations
    from server.settings.addresses import addresses

    run(migrations.upgrade(addresses(load())))
    say("The tables of every department are up to date.")


@command.command("status")
@as_json
def status(as_json: bool) -> None:
    """Show which revision each department has. Exits with 1 if one is not the newest."""
    from migrations.status import status as status_of
    from server.settings.addresses import addresses

    found = run(status_of(addresses(load())))
    if as_json:
        show_json([{"department": each.department, "current": each.current, "head": each.head} for each in found])
    else:
        heading = ("department", "has", "newest")
        click.echo(table([heading, *((each.department, each.current or "nothing", each.head) for each in found)]))
    if not all(each.is_current for each in found):
        raise Failed("not up to date. Run: customer360 db upgrade")

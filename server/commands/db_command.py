"""`customer360 db`: the departments' tables and their revisions."""

import click

from migrations import upgrade
from migrations.status import status
from server.commands.terminal import CommandError, as_json, run, say, show_json, table
from server.settings.addresses import database_addresses
from server.settings.environment import load


@click.group("db")
def command() -> None:
    """Create and look at the departments' tables."""


@command.command("upgrade")
def upgrade_tables() -> None:
    """Bring every department's tables to the newest revision. Safe to run again."""
    run(upgrade.upgrade(database_addresses(load())))
    say("The tables of every department are up to date.")


@command.command("status")
@as_json
def show_status(as_json: bool) -> None:
    """Show which revision each department has. Exits with 1 if one is not the newest."""
    found = run(status(database_addresses(load())))
    if as_json:
        show_json([{"department": each.department, "current": each.current, "head": each.head} for each in found])
    else:
        heading = ("department", "has", "newest")
        click.echo(table([heading, *((each.department, each.current or "nothing", each.head) for each in found)]))
    if not all(each.is_current for each in found):
        raise CommandError("not up to date. Run: customer360 db upgrade")

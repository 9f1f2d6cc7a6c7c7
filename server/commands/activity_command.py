"""`customer360 activity`: what happened to each customer, as core keeps it from the departments' events."""

import click

from datasources.events import rebuild as activity
from datasources.events.rebuild import Comparison
from server.commands.terminal import CommandError, as_json, run, show_json, table
from server.settings.addresses import database_addresses
from server.settings.environment import load


@click.group("activity")
def command() -> None:
    """Prove and rebuild what core keeps of the departments' events."""


@command.command("verify")
@as_json
def verify(as_json: bool) -> None:
    """Compare the activity of every customer with the departments' rows. Exits with 1 if any differ."""
    found = run(activity.verify(database_addresses(load())))
    _show(found, as_json=as_json)
    if any(each.differing for each in found):
        raise CommandError("the activity does not follow from the departments' rows. Run: customer360 activity rebuild")


@command.command("rebuild")
@as_json
def rebuild(as_json: bool) -> None:
    """Make the activity anew from the departments' rows, while the server runs. Shows what differed."""
    _show(run(activity.rebuild(database_addresses(load()))), as_json=as_json)


def _show(found: list[Comparison], *, as_json: bool) -> None:
    if as_json:
        show_json(
            [{"department": each.department, "compared": each.compared, "differing": each.differing} for each in found]
        )
    else:
        rows = [(each.department, f"{each.compared:,}", f"{each.differing:,}") for each in found]
        click.echo(table([("department", "compared", "differing"), *rows]))

"""`customer360 privacy`: proof that the flags that guard every customer are true to the ledger."""

import click

from datasources.core import ledger
from server.commands.terminal import CommandError, as_json, run, show_json
from server.settings.addresses import database_addresses
from server.settings.environment import load


@click.group("privacy")
def command() -> None:
    """Prove that the privacy flags are true to the ledger."""


@command.command("verify")
@as_json
def verify(as_json: bool) -> None:
    """Work out every customer's flags anew from the ledger, and compare. Exits with 1 if any differ."""
    found = run(ledger.verify(database_addresses(load())))
    counts = {"customers": found.customers, "events": found.events, "differing": found.differing}
    if as_json:
        show_json({**counts, "customerIds": [str(each) for each in found.customer_ids]})
    else:
        click.echo(f"{found.customers:,} customers, {found.events:,} statements, {found.differing:,} differing")
        for each in found.customer_ids:
            click.echo(each)
    if not found.holds:
        raise CommandError("the flags of some customers do not follow from the ledger")

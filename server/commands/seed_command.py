"""`customer360 seed`: sample customers, the same for the same number and seed."""

import click

from datasources.sample.seed import NotEmptyError, seed
from server.commands.terminal import CommandError, Progress, run, say
from server.settings.addresses import database_addresses
from server.settings.environment import load


@click.command("seed")
@click.option("--customers", type=click.IntRange(1, 10_000_000), default=1000, show_default=True)
@click.option("--seed", "number", type=int, default=1, show_default=True, help="Another number, other customers.")
def command(customers: int, number: int) -> None:
    """Fill empty databases with believable people, firms and histories.

    The same number and seed give the same customers. Databases that have data are left alone.
    """
    try:
        with Progress("Customers") as progress:
            rows = run(seed(database_addresses(load()), customers, number, progress=progress))
    except NotEmptyError as error:
        raise CommandError(str(error)) from None
    say(f"Made {customers:,} customers in {rows:,} rows.")

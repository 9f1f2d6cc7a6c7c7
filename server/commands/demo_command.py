"""`customer360 demo`: from nothing to an answered query."""

from collections.abc import Mapping
from shlex import quote

import click

from auth.tokens.keys import development_key
from auth.tokens.minting import mint
from datasources.sample.seed import is_empty, seed
from migrations.upgrade import upgrade
from server.commands.serve_command import open_listener, serve
from server.commands.terminal import Progress, program, run, say
from server.graphiql.screen_pop import SAMPLE_SEED, curl
from server.settings.addresses import configured_addresses, database_addresses, sql_departments
from server.settings.environment import Settings, load
from server.trust.identity import expected_claims, policy_of

CUSTOMERS = 1000
ROLE, PURPOSE = "service_agent", "care"

WELCOME = """
Customer360 answers at {url}/graphql

Who is calling? What a service agent sees:

{curl}

GraphiQL, with the same token:

{url}/graphiql#token={token}&purpose={purpose}

Others see other things:  {command} token --role marketing_campaigner --purpose direct_marketing
Ctrl+C stops it; the data stay in {folder}.
"""


@click.command("demo")
@click.option("--host", help="Address to listen on, instead of CUSTOMER360_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port, instead of CUSTOMER360_PORT; 0 takes a free one.")
@click.option("--customers", type=click.IntRange(1, 1_000_000), default=CUSTOMERS, show_default=True)
def command(host: str | None, port: int | None, customers: int) -> None:
    """Start a demo: a PostgreSQL of its own, sample customers when there are none, and the server.

    It prints a token, a curl line and the address of GraphiQL.
    """
    settings, listener = open_listener(host, port)
    if len(configured_addresses(settings)) < len(sql_departments(settings)):
        say("Starting PostgreSQL ...")
    found = database_addresses(settings)
    run(_fill(found, customers))
    serve(settings, found, listener, lambda url: click.echo(_welcome(settings, url)))


async def _fill(addresses: Mapping[str, str], customers: int) -> None:
    await upgrade(addresses)
    if await is_empty(addresses):
        say(f"Making {customers:,} customers ...")
        with Progress("Customers") as progress:
            await seed(addresses, customers, SAMPLE_SEED, progress=progress)


def _welcome(settings: Settings, url: str) -> str:
    wanted = expected_claims(settings, policy_of(settings))
    token = mint(development_key(settings.data_dir), wanted, role=ROLE, purposes=[PURPOSE])
    return WELCOME.format(
        url=url,
        token=token,
        purpose=PURPOSE,
        curl=curl(f"{url}/graphql", token, PURPOSE),
        folder=settings.data_dir,
        command=_command(settings),
    )


def _command(settings: Settings) -> str:
    """The program, called so that it finds this demo's key and data from any folder."""
    if settings.data_dir == load({}).data_dir:
        return program()
    return f"CUSTOMER360_DATA_DIR={quote(str(settings.data_dir))} {program()}"

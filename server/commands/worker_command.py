"""`customer360 worker`: one of several processes on one socket. `customer360 serve --workers` starts it."""

from socket import socket

import click

from auth.departments import DEPARTMENTS
from server.commands.serve_command import serve, subgraph_settings
from server.settings.addresses import database_addresses
from server.settings.environment import load


@click.command("worker", hidden=True)
@click.argument("listener", type=int)
@click.argument("line", type=int)
@click.argument("subgraph", type=click.Choice(DEPARTMENTS), required=False)
def command(listener: int, line: int, subgraph: str | None) -> None:
    """Serve as a worker. Takes the descriptors of the listening socket and of the line to the parent."""
    settings, to_parent = load(), socket(fileno=line)
    looks_up = subgraph is not None and settings.oauth
    if subgraph is not None:
        settings = subgraph_settings(settings, subgraph)
    found = database_addresses(settings, DEPARTMENTS if subgraph is None else {"core", subgraph})
    serve(
        settings,
        found,
        socket(fileno=listener),
        # The pulse announces the worker to its parent.
        lambda _: None,
        subgraph,
        to_parent,
        looks_up=looks_up,
    )

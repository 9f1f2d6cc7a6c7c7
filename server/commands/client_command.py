"""`customer360 client`: applications that get tokens from the built-in authorization server."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from auth.oauth import secrets
from auth.oauth.clients.registration import RegistrationError, new_client, parse_key_set
from server.commands.administering import change_register, open_administration
from server.commands.customers import find_customers
from server.commands.terminal import CommandError, as_json, check_known, fields, run, say, show_json, table
from server.settings.environment import load
from server.trust.identity import policy_of

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
CUSTOMER = "Number or id of a customer that the contract covers. Repeatable."


@click.group("client")
def command() -> None:
    """Register applications and their contracts. Changes take effect within a second on every worker."""


@command.command("create")
@click.argument("name")
@click.option("--id", "client_id", help="Its id; by default one made of the name.")
@click.option("--redirect-uri", "redirect_uris", multiple=True, help="Where people are sent back to. Repeatable.")
@click.option("--role", help="The role that it has when it acts by itself, such as auditor.")
@click.option("--contract", help="The partner's contract; it then acts as partner_client, for linked customers only.")
@click.option("--territory", help="For a role that is limited to one: which.")
@click.option("--customer", "customers", multiple=True, help=CUSTOMER)
@click.option("--department", "departments", multiple=True, help="Whose data it may see at most; default: all.")
@click.option("--category", "categories", multiple=True, help="Which categories of data at most; default: all.")
@click.option("--purpose", "purposes", multiple=True, required=True, help="What for, at most. Repeatable.")
@click.option("--exchange", is_flag=True, help="It may act on behalf of the bearers of others' tokens (RFC 8693).")
@click.option("--public", is_flag=True, help="It cannot keep a secret: a page in a browser, or an app on a device.")
@click.option("--jwks", type=EXISTING, help="Its public keys, in a file; it then signs (private_key_jwt).")
@as_json
def create(name: str, customers: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Register the application NAME. Its secret is shown this once: only a hash of it is kept."""
    policy = _policy()
    for purpose in options["purposes"]:
        check_known(purpose, policy.purposes, "--purpose")
    file = options.pop("jwks")
    try:
        jwks = parse_key_set(file.read_bytes()) if file else None
        record, secret = new_client(policy, name, jwks=jwks, **options)
    except RegistrationError as error:
        raise CommandError(str(error)) from None
    if customers and record.contract is None:
        raise CommandError("customers are linked to a contract: name it with --contract")
    run(_create(record, customers))
    shown = {"client_id": record.id, **({"client_secret": secret} if secret else {})}
    show_json(shown) if as_json else click.echo(fields(shown))


@command.command("list")
@as_json
def list_clients(as_json: bool) -> None:
    """List the applications, with the ceilings of their contracts."""
    rows = run(_rows())
    if as_json:
        show_json(rows)
    elif rows:
        click.echo(table([tuple(rows[0]), *(tuple(map(str, row.values())) for row in rows)]))


@command.command("rotate")
@click.argument("client_id")
@click.option(
    "--keep", type=click.IntRange(0, 720), default=24, show_default=True, help="Hours the old one stays valid."
)
@as_json
def rotate(client_id: str, keep: int, as_json: bool) -> None:
    """Give the application a new secret. The old one stays valid for --keep hours."""
    secret = secrets.new_secret(secrets.Prefix.CLIENT_SECRET)
    until = datetime.now(UTC) + timedelta(hours=keep)
    _change(lambda administration: administration.rotate_client(client_id, secrets.digest(secret), until))
    shown = {"client_id": client_id, "client_secret": secret}
    show_json(shown) if as_json else click.echo(fields(shown))


@command.command("revoke")
@click.argument("client_id")
def revoke(client_id: str) -> None:
    """End the application: it gets no more tokens, and those that it has end."""
    _change(lambda administration: administration.revoke_client(client_id))
    say(f"{client_id} is revoked, and all its tokens.")


@command.command("revoke-contract")
@click.argument("contract")
def revoke_contract(contract: str) -> None:
    """End a contract: all its applications, their tokens, and its links to customers."""
    _change(lambda administration: administration.revoke_contract(contract))
    say(f"{contract} has ended, with its applications and all their tokens.")


@command.command("link")
@click.argument("contract")
@click.option("--customer", "customers", multiple=True, required=True, help=CUSTOMER)
def link(contract: str, customers: tuple[str, ...]) -> None:
    """Let a contract cover more customers."""
    ids = run(find_customers(customers))
    _change(lambda administration: administration.link(contract, ids))
    say(f"{contract} covers {len(customers)} more.")


@command.command("unlink")
@click.argument("contract")
@click.option("--customer", "customers", multiple=True, required=True, help=CUSTOMER)
def unlink(contract: str, customers: tuple[str, ...]) -> None:
    """Let a contract no longer cover these customers. It counts from the next request on."""
    ids = run(find_customers(customers))
    _change(lambda administration: administration.unlink(contract, ids))
    say(f"{contract} covers {len(customers)} fewer.")


def _policy() -> Any:
    return policy_of(load())


async def _create(record: Any, customers: tuple[str, ...]) -> None:
    ids = await find_customers(customers)
    async with open_administration() as opened:
        await opened.create_client(record, ids)


async def _rows() -> list[dict[str, Any]]:
    async with open_administration() as opened:
        clients, customers = await opened.clients(), await opened.customers_of()
    return [_row(client, customers) for client in clients]


def _row(client: Any, customers: dict[str, int]) -> dict[str, Any]:
    return {
        "id": client.id,
        "name": client.name,
        "proves itself by": client.auth_method,
        "role": client.role or "",
        "contract": client.contract or "",
        "customers": customers.get(client.contract, 0) if client.contract else "",
        "scopes": " ".join(client.scopes),
        "purposes": " ".join(client.purposes),
        "categories": " ".join(client.categories) if client.categories is not None else "all",
        "state": "revoked" if client.disabled_at else "counts",
    }


def _change(change: Any) -> None:
    run(change_register(change))

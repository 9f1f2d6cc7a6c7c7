"""`customer360 user`: people who sign in at the built-in authorization server."""

import sys
from typing import Any
from uuid import UUID

import click

from auth.oauth.clients.registration import RegistrationError, new_account
from auth.oauth.passwords import WeakPasswordError, hash_password
from server.commands.administering import change_register, open_administration
from server.commands.customers import find_customers
from server.commands.terminal import CommandError, as_json, check_known, fields, run, say, show_json, table
from server.settings.environment import load
from server.trust.identity import policy_of

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)


@click.group("user")
def command() -> None:
    """Add people who sign in here: staff, and customers who look at their own data."""


@command.command("create")
@click.argument("username")
@click.option("--role", required=True, help="What they are, such as service_agent.")
@click.option("--purpose", "purposes", multiple=True, required=True, help="What they may act for. Repeatable.")
@click.option("--customer", help="For a customer's own account: their number or id.")
@click.option("--territory", help="For a role that is limited to one: which.")
@password_option
@as_json
def create(
    username: str,
    role: str,
    purposes: tuple[str, ...],
    customer: str | None,
    territory: str | None,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Add USERNAME. The password is asked for, and only a hash of it is kept."""
    policy = policy_of(load())
    check_known(role, policy.classes, "--role")
    for purpose in purposes:
        check_known(purpose, policy.purposes, "--purpose")
    try:
        account = new_account(
            policy, username, _password(password_stdin), role, purposes, _customer_id(customer), territory
        )
    except RegistrationError as error:
        raise CommandError(str(error)) from None
    shown = {"username": account.username, "subject": run(_create(account))}
    show_json(shown) if as_json else click.echo(fields(shown))


@command.command("list")
@as_json
def list_users(as_json: bool) -> None:
    """List who may sign in."""
    rows = run(_rows())
    if as_json:
        show_json(rows)
    elif rows:
        click.echo(table([tuple(rows[0]), *(tuple(map(str, row.values())) for row in rows)]))


@command.command("password")
@click.argument("username")
@password_option
def password(username: str, password_stdin: bool) -> None:
    """Set a new password. USERNAME is signed out everywhere, and their tokens end."""
    name = username.strip().lower()
    try:
        kept = hash_password(_password(password_stdin), name)
    except WeakPasswordError as error:
        raise CommandError(str(error)) from None
    run(change_register(lambda administration: administration.set_password(name, kept)))
    say(f"{name} has a new password.")


@command.command("revoke")
@click.argument("username")
def revoke(username: str) -> None:
    """End the account: USERNAME can no longer sign in, and their tokens end."""
    run(change_register(lambda administration: administration.revoke_account(username.strip().lower())))
    say(f"{username} is revoked.")


def _customer_id(reference: str | None) -> UUID | None:
    return None if reference is None else run(find_customers([reference]))[0]


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked


async def _create(account: Any) -> str:
    async with open_administration() as opened:
        return str(await opened.create_account(account))


async def _rows() -> list[dict[str, Any]]:
    async with open_administration() as opened:
        return [
            {
                "username": each.username,
                "subject": str(each.id),
                "role": each.role,
                "purposes": " ".join(each.purposes),
                "customer": str(each.customer_id or ""),
                "territory": each.territory or "",
                "state": "revoked" if each.disabled_at else "counts",
            }
            for each in await opened.accounts()
        ]

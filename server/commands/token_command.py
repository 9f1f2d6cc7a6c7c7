"""`customer360 token`: an access token for development, signed with the key in the data folder."""

from collections.abc import Mapping
from uuid import UUID

import click

from auth.tokens.keys import development_key, has_development_key
from auth.tokens.minting import mint
from server.commands.customers import find_customers
from server.commands.terminal import check_known, run, say
from server.settings.environment import load
from server.trust.identity import expected_claims, policy_of


@click.command("token")
@click.option("--role", required=True, help="The role of the bearer, such as service_agent.")
@click.option("--purpose", "purposes", multiple=True, help="What it may be used for, such as care. Repeatable.")
@click.option("--minutes", type=click.IntRange(1, 1440), default=480, show_default=True, help="How long it lives.")
@click.option("--subject", help="The bearer's id; by default one named after the role.")
@click.option("--contract", help="For a partner's role: the contract whose customers it may see.")
@click.option("--customer", help="For a customer's own role: their number or id.")
@click.option("--territory", help="For a role that is limited to one: which.")
def command(role: str, purposes: tuple[str, ...], minutes: int, subject: str | None, **reach: str | None) -> None:
    """Mint an access token and print it.

    Send it as `Authorization: Bearer TOKEN`, and name one of its purposes as `Customer360-Purpose: PURPOSE`.
    `customer360 policy matrix` shows what each role sees for each purpose.
    """
    settings = load()
    policy = policy_of(settings)
    check_known(role, policy.classes, "--role")
    for purpose in purposes:
        check_known(purpose, policy.purposes, "--purpose")
    if not has_development_key(settings.data_dir):
        say(f"customer360: a new key in {settings.data_dir}; only servers with this data folder accept its tokens")
    token = mint(
        development_key(settings.data_dir),
        expected_claims(settings, policy),
        role=role,
        purposes=set(purposes),
        subject=subject,
        reach_claims=_reach_claims(reach),
        minutes=minutes,
    )
    click.echo(token)


def _reach_claims(reach: Mapping[str, str | None]) -> dict[str, str]:
    """The claims of the role's reach. A customer's number is looked up; an id needs no database."""
    claims = {claim: value for claim, value in reach.items() if value is not None}
    if "customer" in claims and not _is_id(claims["customer"]):
        claims["customer"] = str(run(find_customers([claims["customer"]]))[0])
    return claims


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True

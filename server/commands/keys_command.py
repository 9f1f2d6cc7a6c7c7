"""`customer360 keys`: the keys that the built-in authorization server signs with."""

from datetime import UTC, datetime, timedelta

import click

from auth.oauth.keys.sealing import Seal, secret_in
from auth.oauth.keys.signing import LEAD
from server.commands.administering import open_administration
from server.commands.terminal import as_json, fields, run, show_json
from server.settings.environment import Settings, load


@click.group("keys")
def command() -> None:
    """Rotate the keys that tokens are signed with."""


@command.command("rotate")
@click.option("--lead", type=click.IntRange(0, 1440), help="Minutes until the new key signs; default: 10.")
@as_json
def rotate(lead: int | None, as_json: bool) -> None:
    """Make a new signing key.

    It is published at once and signs after the lead, when all servers have it. The old one verifies until no token that
    it signed can be alive, and then goes by itself.
    """
    kid, signs_from = run(_rotate(load(), lead))
    shown = {"kid": kid, "signs_from": signs_from.isoformat()}
    show_json(shown) if as_json else click.echo(fields(shown))


async def _rotate(settings: Settings, lead: int | None) -> tuple[str, datetime]:
    seal = Seal(settings.oauth_secret or secret_in(settings.data_dir))
    async with open_administration() as opened:
        return await opened.rotate_keys(seal, datetime.now(UTC), LEAD if lead is None else timedelta(minutes=lead))

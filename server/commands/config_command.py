"""`customer360 config`: the settings as they count, with their passwords hidden."""

from pathlib import Path
from typing import Any

import click

from auth.departments import DEPARTMENTS
from auth.rates import Rate
from server.commands.terminal import as_json, show_json, table
from server.settings.environment import SETTINGS, Setting, Settings, load
from server.settings.values import hidden
from server.trust.identity import policy_of


@click.group("config")
def command() -> None:
    """Show the settings that count."""


@command.command("check")
@as_json
def check(as_json: bool) -> None:
    """Read every setting and show what counts. Exits with 2 and names the key if one cannot be used."""
    settings = load()
    policy_of(settings)
    shown = {setting.key: _shown(setting, settings) for setting in SETTINGS}
    if as_json:
        show_json(shown)
    else:
        click.echo(table([(key, value or "") for key, value in shown.items()]))


def _shown(setting: Setting, settings: Settings) -> str | None:
    value = _value(setting, settings)
    match value:
        case None:
            return None
        case bool():
            return "on" if value else "off"
        case frozenset():
            return ",".join(sorted(value))
        case bytes():
            return "***"
        case Rate(capacity=capacity, per_second=per_second):
            return f"{capacity:g}/{capacity / per_second:g}"
        case Path():
            return str(value)
    return hidden(value) if setting.is_secret else str(value)


def _value(setting: Setting, settings: Settings) -> Any:
    department = setting.name.removesuffix("_database_url")
    return settings.department_urls.get(department) if department in DEPARTMENTS else getattr(settings, setting.name)

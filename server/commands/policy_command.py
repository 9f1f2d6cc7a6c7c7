"""`customer360 policy`: who may see what, for which purpose, and by which rule."""

from pathlib import Path

import click

from auth.policy.diff import Direction, changes, class_changes, step_up_changes
from auth.policy.file import load as read
from server.commands import matrices
from server.commands.explain import PolicyExplainer, change_row, class_change_row
from server.commands.terminal import as_json, check_known, fields, show_json
from server.settings.environment import load
from server.trust.identity import policy_of

USES = ("item", "filter", "order", "aggregate", "search", "lookup", "export")

use_option = click.option("--use", type=click.Choice(USES), default="item", show_default=True, help="Used for what.")


@click.group("policy")
def command() -> None:
    """Explain who may see what, and why."""


@command.command("explain")
@click.option("--role", required=True, help="Whose rights, such as service_agent.")
@click.option("--purpose", help="For which purpose, such as care; without one nothing personal is seen.")
@click.option("--coordinate", required=True, help="Of which field, such as Invoice.total.")
@use_option
@as_json
def explain(role: str, purpose: str | None, coordinate: str, use: str, as_json: bool) -> None:
    """Say what a role may do with one field, and which rule says so."""
    policy = policy_of(load())
    check_known(role, policy.classes, "--role")
    if purpose is not None:
        check_known(purpose, policy.purposes, "--purpose")
    rights = PolicyExplainer.of(policy)
    check_known(coordinate, rights.categories, "--coordinate")
    found = rights.explain(role, purpose, coordinate, use)
    if as_json:
        show_json(found)
    else:
        click.echo(fields({name: value for name, value in found.items() if value is not None}))


@command.command("matrix")
@use_option
@click.option("--format", "form", type=click.Choice(["markdown", "csv"]), default="markdown", show_default=True)
@as_json
def matrix(use: str, form: str, as_json: bool) -> None:
    """Print for every category of data what each role sees, for each purpose that it has a rule for."""
    cells = matrices.matrix_cells(policy_of(load()), use)
    if as_json:
        show_json(cells)
    else:
        click.echo(matrices.as_markdown(cells) if form == "markdown" else matrices.as_csv(cells), nl=False)


@command.command("diff")
@click.argument("old", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("new", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--approve", is_flag=True, help="A privacy officer approves what widens.")
@as_json
def diff(old: Path, new: Path, approve: bool, as_json: bool) -> None:
    """Say what a change of the policy widens and what it narrows.

    Exits with 1 when something widens, unless --approve is given.
    """
    before, after = read(old), read(new)
    lines = [class_change_row(change) for change in class_changes(before, after)]
    lines += [class_change_row(change) for change in step_up_changes(before, after)]
    lines += [change_row(change) for change in changes(before, after)]
    if as_json:
        show_json(lines)
    else:
        for line in lines:
            click.echo("  ".join(line.values()))
    if not approve and any(line["direction"] == Direction.WIDENS for line in lines):
        message = "the new policy widens what may be seen: a privacy officer lets it pass with --approve"
        raise click.ClickException(message)

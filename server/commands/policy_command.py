"""`customer360 policy`: who may see what, for which purpose, and by which rule."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from auth.policy.diff import Direction, changes, class_changes, step_up_changes
from auth.policy.file import load as read
from auth.policy.rules import Policy
from server.commands import matrices
from server.commands.explain import PolicyExplainer, change_row, class_change_row
from server.commands.matrix_page import matrix_page
from server.commands.terminal import CommandError, as_json, check_known, fields, say, show_json, table
from server.settings.environment import load
from server.trust.identity import policy_of

USES = ("item", "filter", "order", "aggregate", "search", "lookup", "export")

use_option = click.option("--use", type=click.Choice(USES), default="item", show_default=True, help="Used for what.")


@click.group("policy")
def command() -> None:
    """Explain who may see what, and why."""


@command.command("explain")
@click.option("--role", help="Whose rights, such as service_agent; by default of all who may.")
@click.option("--purpose", help="For which purpose, such as care; with a role and no purpose nothing personal is seen.")
@click.option("--coordinate", required=True, help="Of which field, such as Invoice.total.")
@use_option
@as_json
def explain(role: str | None, purpose: str | None, coordinate: str, use: str, as_json: bool) -> None:
    """Say what a role may do with one field, and which rule says so. Without --role, list who may."""
    policy = policy_of(load())
    _check_names(policy, role, purpose)
    explainer = PolicyExplainer.of(policy)
    check_known(coordinate, explainer.categories, "--coordinate")
    if role is None:
        _show_who_may(explainer.who_may(purpose, coordinate, use), as_json=as_json)
        return
    found = explainer.explain(role, purpose, coordinate, use)
    if as_json:
        show_json(found)
    else:
        click.echo(fields({name: value for name, value in found.items() if value is not None}))


def _check_names(policy: Policy, role: str | None, purpose: str | None) -> None:
    if role is not None:
        check_known(role, policy.classes, "--role")
    if purpose is not None:
        check_known(purpose, policy.purposes, "--purpose")


def _show_who_may(rows: Sequence[Mapping[str, str | None]], *, as_json: bool) -> None:
    if as_json:
        show_json(rows)
    elif rows:
        columns = ("role", "purpose", "effect", "mask", "when", "step_up", "rule", "article")
        click.echo(table([columns, *([row[column] or "" for column in columns] for row in rows)]))
    else:
        say("No role may use this field so.")


@command.command("matrix")
@use_option
@click.option("--role", help="Only this role.")
@click.option("--purpose", help="Only this purpose.")
@click.option("--format", "form", type=click.Choice(["markdown", "csv"]), default="markdown", show_default=True)
@click.option("--html", is_flag=True, help="One page to look at in a browser: redirect it to a file.")
@as_json
def matrix(use: str, role: str | None, purpose: str | None, form: str, html: bool, as_json: bool) -> None:
    """Print for every category of data what each role sees, for each purpose that it has a rule for."""
    policy = policy_of(load())
    _check_names(policy, role, purpose)
    cells = matrices.matrix_cells(policy, use, role, purpose)
    if not cells:
        raise CommandError(f"no rule gives {role} the purpose {purpose}")
    if as_json:
        show_json(cells)
    elif html:
        click.echo(matrix_page(cells, use, policy.version), nl=False)
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

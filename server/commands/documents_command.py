"""`customer360 documents`: the trusted documents, and whether each can be run."""

from collections.abc import Mapping
from pathlib import Path

import click
from graphql import GraphQLError, OperationDefinitionNode, parse

from resolvers.documents.library import Documents
from resolvers.refusal import OperationRefused
from schema.build import build_schema, contract
from server.commands.terminal import CommandError, as_json, say, show_json, table
from server.graphql.documents.lists import DocumentsError, read
from server.settings.environment import load
from server.throttling import document_limits

EXISTING = click.Path(exists=True, path_type=Path)


@click.group("documents")
def command() -> None:
    """List the trusted documents, and check that each can be run.

    PATH is a folder of .graphql files or a manifest in JSON; without it, that of CUSTOMER360_DOCUMENTS_PATH.
    """


@command.command("list")
@click.argument("path", type=EXISTING, required=False)
@as_json
def list_documents(path: Path | None, as_json: bool) -> None:
    """Print the id of each, and the operations in it."""

    def operations(text: str) -> str:
        try:
            definitions = parse(text, no_location=True).definitions
        except GraphQLError:
            return "not GraphQL"
        named = [each.name for each in definitions if isinstance(each, OperationDefinitionNode)]
        return " ".join(name.value if name else "(no name)" for name in named)

    listed = {id_: operations(text) for id_, text in _documents(path).items()}
    if as_json:
        show_json(listed)
    elif listed:
        click.echo(table([("id", "operations"), *listed.items()]))


@command.command("check")
@click.argument("path", type=EXISTING, required=False)
def check(path: Path | None) -> None:
    """Check each against the schema and the limits, as the server does at its start."""
    documents = _documents(path)
    known = Documents(contract(build_schema()), document_limits(load()))
    problems = 0
    for id_, text in documents.items():
        try:
            known.trust({id_: text})
        except OperationRefused as refusal:
            problems += 1
            say(str(refusal.errors[0]["message"]))
    if problems:
        raise CommandError(f"{problems} of {len(documents)} documents cannot be run")
    say(f"{len(documents)} documents can be run.")


def _documents(path: Path | None) -> Mapping[str, str]:
    found = path or load().documents_path
    if found is None:
        raise CommandError("name a folder or a manifest, or set CUSTOMER360_DOCUMENTS_PATH")
    try:
        return read(found)
    except DocumentsError as error:
        raise CommandError(str(error)) from None

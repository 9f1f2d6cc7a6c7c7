"""`customer360 import`: existing data from a file, by a mapping that says what its columns mean."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from datasources.imports.mapping_file import load_mapping
from datasources.imports.run import import_file
from server.commands.terminal import CommandError, Progress, as_json, fields, run, show_json
from server.settings.addresses import database_addresses
from server.settings.environment import load

if TYPE_CHECKING:
    from datasources.imports.run import Summary

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
LISTED_REASONS = 20


@click.command("import")
@click.argument("file", type=EXISTING)
@click.option("--mapping", type=EXISTING, required=True, help="What the file's columns mean, in TOML.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where refused lines go; by default beside FILE as FILE.rejects.csv.",
)
@as_json
def command(file: Path, mapping: Path, rejects: Path | None, as_json: bool) -> None:
    """Import FILE, a CSV that may be gzipped.

    A line that cannot be understood is refused, never guessed: it goes to the rejects with its number, column and
    reason. Running an import again adds nothing twice; interrupting one leaves things as they were.

    Mappings for two well-known files are in datasources/imports/mappings.
    """
    settings = load()
    read = load_mapping(mapping, settings.phone_region)
    refused = rejects or file.with_name(f"{file.name}.rejects.csv")
    found = database_addresses(settings)
    for department in read.departments:
        if department not in found:
            raise CommandError(f"the data of {department} are not in a database here: import them where they are")
    with Progress("Bytes") as progress:
        summary = run(import_file(found, file, read, refused, progress))
    if as_json:
        show_json(asdict(summary))
    else:
        click.echo(_described(summary, refused))


def _described(summary: "Summary", rejects: Path) -> str:
    counts = {name: f"{getattr(summary, name):,}" for name in ("read", "accepted", "rejected", "merged")}
    rows = {f"rows of {name}": f"{count:,}" for name, count in summary.written.items()}
    often = sorted(summary.reasons.items(), key=lambda reason: -reason[1])[:LISTED_REASONS]
    reasons = {f"refused, {reason}": f"{count:,}" for reason, count in often}
    where = {"refused lines": rejects} if summary.rejected else {}
    return fields({**counts, **rows, **reasons, **where})

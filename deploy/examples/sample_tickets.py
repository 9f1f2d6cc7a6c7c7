"""Tickets for the example of a ticket system: those of the customers that `customer360 demo` makes on the same day."""

from argparse import ArgumentParser
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from datasources.sample.seed import batches
from datasources.service import tables

TABLES = {"tickets": tables.ticket, "messages": tables.message, "calls": tables.call, "feedback": tables.feedback}


def write(folder: Path, rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> None:
    """Write the files of one account: the rows of each resource."""
    folder.mkdir(parents=True)
    for resource, its in rows.items():
        named = [{str(name): value for name, value in row.items()} for row in its]
        (folder / f"{resource}.json").write_bytes(orjson.dumps(named, default=str))


def main() -> None:
    parser = ArgumentParser(prog="sample_tickets")
    parser.add_argument("folder", type=Path, help="The folder of the account, which is made.")
    parser.add_argument("--customers", type=int, default=1000)
    given = parser.parse_args()
    rows: dict[str, list[Mapping[str, Any]]] = {resource: [] for resource in TABLES}
    for _, batch in batches(given.customers, 1, datetime.now(UTC).date()):
        for resource, table in TABLES.items():
            rows[resource] += batch.of(table)
    write(given.folder, rows)


if __name__ == "__main__":
    main()

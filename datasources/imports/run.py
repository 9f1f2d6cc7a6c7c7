"""Run an import: stage the file's lines, then write each database in one transaction."""

from collections.abc import AsyncIterator, Callable, Iterator
from collections.abc import Mapping as Addresses
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from datasources.engine.pools.sessions import connected
from datasources.imports.line_checks import Fields, RejectedError
from datasources.imports.lines import Lines
from datasources.imports.mapping import Mapping
from datasources.imports.reading import Record, open_text, read_records
from datasources.imports.rejects import Rejects
from datasources.imports.staging import Staging
from datasources.recording.recorders import MARK_BULK

LINES_PER_BATCH = 5_000
IDS_BY_NUMBER = "SELECT number, id FROM core.customer WHERE number = ANY($1)"

# Called with the bytes read and the file's size in bytes.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Summary:
    """Counts of an import's lines: read = accepted + rejected + merged."""

    read: int
    accepted: int
    rejected: int
    merged: int
    # Number of lines by "column: reason".
    reasons: dict[str, int]
    # By table, the number of rows inserted or updated; 0 if the file was imported before.
    written: dict[str, int]


async def import_file(
    addresses: Addresses[str, str],
    file: Path,
    mapping: Mapping,
    rejects: Path,
    progress: Progress | None = None,
) -> Summary:
    """Import one file; write refused lines to the file `rejects`.

    Nothing is written before the whole file is read, so an import that is interrupted leaves everything as it was,
    or, where departments live apart, some of them done; running it again comes to the same end.
    """
    async with _transactions(addresses, mapping) as connections:
        running = _Import(addresses, mapping, connections)
        with Rejects(rejects, mapping.encoding) as refused:
            await running.stage(file, refused, progress)
            await running.settle(file, refused)
            accepted, merged, written = await running.write()
    total = sum(refused.reasons.values())
    return Summary(running.read, accepted, total, merged, dict(refused.reasons), written)


class _Import:
    def __init__(
        self,
        addresses: Addresses[str, str],
        mapping: Mapping,
        connections: dict[str, asyncpg.Connection],
    ) -> None:
        self.read = 0
        self._addresses, self._mapping, self._connections = addresses, mapping, connections
        self._staging = Staging(mapping)

    async def stage(self, file: Path, refused: Rejects, progress: Progress | None) -> None:
        for connection in self._connections.values():
            await self._staging.create(connection)
        with open_text(file, self._mapping.encoding) as (text, bytes_read, size):
            names, records = read_records(text, self._mapping)
            lines = Lines(self._mapping, names)
            while batch := list(islice(records, LINES_PER_BATCH)):
                self.read += len(batch)
                rows = await self._rows(lines, batch, refused)
                for connection in self._connections.values():
                    await self._staging.add(connection, rows)
                if progress is not None:
                    progress(bytes_read(), size)

    async def settle(self, file: Path, refused: Rejects) -> None:
        """Remove the lines that contradict an earlier line. Needs all lines to be staged."""
        found: dict[int, str] = {}
        for connection in self._connections.values():
            found = await self._staging.contradictions(connection)
        if not found:
            return
        for connection in self._connections.values():
            await self._staging.remove(connection, list(found))
        for record in self._reread(file):
            if record.line in found:
                refused.add(record, RejectedError(found[record.line], "differs from an earlier line's"))

    async def write(self) -> tuple[int, int, dict[str, int]]:
        accepted = merged = 0
        for connection in self._connections.values():
            accepted, merged = await self._staging.merge(connection)
        written = {}
        for name, target in self._mapping.targets.items():
            connection = self._connections[self._addresses[target.table.schema or ""]]
            written[name] = await self._staging.write(connection, target)
        return accepted, merged, written

    async def _rows(self, lines: Lines, batch: list[Record], refused: Rejects) -> list[tuple[Any, ...]]:
        good = []
        for record in batch:
            try:
                good.append((record, lines.fields(record.line, record.fields)))
            except RejectedError as error:
                refused.add(record, error)
        customers = await self._customers(lines, [fields for _, fields in good])
        rows = []
        for record, fields in good:
            try:
                rows.append(lines.row(fields, customers))
            except RejectedError as error:
                refused.add(record, error)
        return rows

    async def _customers(self, lines: Lines, batch: list[Fields]) -> dict[str, UUID]:
        if not lines.looks_up:
            return {}
        numbers = {number for fields in batch for number in lines.numbers(fields)}
        core = self._connections[self._addresses["core"]]
        return {row["number"]: row["id"] for row in await core.fetch(IDS_BY_NUMBER, list(numbers))}

    def _reread(self, file: Path) -> Iterator[Record]:
        with open_text(file, self._mapping.encoding) as (text, _, _):
            yield from read_records(text, self._mapping)[1]


@asynccontextmanager
async def _transactions(
    addresses: Addresses[str, str], mapping: Mapping
) -> AsyncIterator[dict[str, asyncpg.Connection]]:
    """Open a transaction on core and on each database that the mapping writes to; yields connections by address."""
    async with AsyncExitStack() as stack:
        connections: dict[str, asyncpg.Connection] = {}
        # Core is entered last and so commits first, because the departments' rows refer to its customers.
        for address in dict.fromkeys(addresses[name] for name in (*reversed(mapping.departments), "core")):
            connection = await stack.enter_async_context(connected(address))
            await stack.enter_async_context(connection.transaction())
            await connection.execute(MARK_BULK)
            connections[address] = connection
        yield connections

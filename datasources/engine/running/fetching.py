"""Fetching from a source: in batches, by the deadline, and with a check of everything that comes back."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from datasources.ids import NO_ID
from datasources.sources.columns import Columns, Malformed, Reader, identifier
from datasources.sources.shapes import PlainRow
from datasources.sources.source import IDENTITY, OWNER, Source, Wanted
from datasources.unavailable import Late, Lost, Unavailable

log = logging.getLogger("customer360.sources")

# Each customer's rows, by resource and customer.
Fetched = Mapping[str, Mapping[str, Sequence[PlainRow]]]


async def fetch_customers(
    source: Source, columns: Mapping[str, tuple[str, ...]], customers: Sequence[str], deadline: float
) -> Fetched:
    """The rows of these customers, all resources at once. Raises Unavailable."""
    ids = list(dict.fromkeys(customers))
    batches = [tuple(ids[start : start + source.most_values]) for start in range(0, len(ids), source.most_values)]
    wanted = [Wanted(resource, names, OWNER, each) for resource, names in columns.items() for each in batches]
    rows: dict[str, dict[str, list[PlainRow]]] = {resource: {} for resource in columns}
    async with _bounded(source, deadline):
        answers = await _fetch_all(source, wanted, deadline)
        for each, answer in zip(wanted, answers, strict=True):
            for row in _check_rows(answer, each, source.resources[each.resource]):
                rows[each.resource].setdefault(row[OWNER], []).append(row)
    return rows


async def find_owner(source: Source, resource: str, column: str, value: str, deadline: float) -> str | None:
    """The customer of the row that has this value in the column, if there is one. Raises Unavailable."""
    wanted = Wanted(resource, (OWNER, IDENTITY, column), column, (value,))
    async with _bounded(source, deadline):
        for row in _check_rows(await source.fetch(wanted, deadline), wanted, source.resources[resource]):
            return str(row[OWNER])
    return None


async def is_answering(source: Source, deadline: float) -> bool:
    """Whether the source answers a request for the rows of an id that no customer has."""
    resource = next(iter(source.resources))
    try:
        await fetch_customers(source, {resource: (OWNER, IDENTITY)}, [str(NO_ID)], deadline)
    except Unavailable:
        return False
    return True


@asynccontextmanager
async def _bounded(source: Source, deadline: float) -> AsyncIterator[None]:
    """Any fault of a source costs its department its fields and nothing more."""
    try:
        async with asyncio.timeout_at(deadline):
            yield
    except Unavailable as error:
        log.warning("%s: %s", source.department, error)
        raise
    except Exception as error:  # noqa: BLE001 - a source is code of its department, and its errors may quote data
        log.warning("%s: %s", source.department, type(error).__name__)
        raise _kind(error)(type(error).__name__) from None


def _kind(error: Exception) -> type[Unavailable]:
    # A TimeoutError is an OSError.
    return Late if isinstance(error, TimeoutError) else Lost if isinstance(error, OSError) else Unavailable


async def _fetch_all(
    source: Source, wanted: Sequence[Wanted], deadline: float
) -> Sequence[Sequence[Mapping[str, Any]]]:
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(source.fetch(each, deadline)) for each in wanted]
    except ExceptionGroup as failed:
        # The group has cancelled the others, because without all rows nothing can be answered.
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


def _check_rows(rows: Sequence[Mapping[str, Any]], wanted: Wanted, columns: Columns) -> Iterator[PlainRow]:
    """The rows that were asked for, each once, with values that their columns allow."""
    readers = {name: columns.get(name, identifier) for name in wanted.columns}
    values, seen = frozenset(wanted.values), set[tuple[str, str]]()
    for each in rows:
        if _read(each, wanted.by, readers[wanted.by], wanted) not in values:
            continue
        row = {name: _read(each, name, reader, wanted) for name, reader in readers.items()}
        key = row[OWNER], row[IDENTITY]
        if key not in seen:
            seen.add(key)
            yield row


def _read(row: Mapping[str, Any], column: str, read: Reader, wanted: Wanted) -> Any:
    try:
        return read(row[column])
    except (Malformed, KeyError, TypeError):
        raise Unavailable(f"{wanted.resource}.{column} is not what it should be") from None

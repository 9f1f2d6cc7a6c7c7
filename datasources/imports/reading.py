"""Read a file record by record, with each record's line number and original text."""

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from datasources.imports.mapping import Mapping

# Characters in a field. Bounded because a quote that is never closed would read the whole file into one field.
csv.field_size_limit(1_000_000)

BytesRead = Callable[[], int]


class FileError(ValueError):
    """Raised when a file lacks a mapped column or has no header."""


@dataclass(frozen=True)
class Record:
    line: int
    original: str
    # None if the line could not be parsed.
    fields: list[str] | None


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[tuple[TextIO, BytesRead, int]]:
    """Open a file, gzipped or not. Yields its text, a function that returns the bytes read, and its size in bytes."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]  # reads alike
        # Undecodable bytes become surrogates, so that their line is refused and the import goes on.
        yield io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline=""), raw.tell, path.stat().st_size


def read_records(lines: TextIO, mapping: Mapping) -> tuple[list[str], Iterator[Record]]:
    """Return the file's column names and an iterator over its records."""
    records = _split(lines) if mapping.delimiter is None else _csv(lines, mapping.delimiter)
    names = _header(records) if mapping.header else list(mapping.columns)
    if absent := [name for name in mapping.columns if name not in names]:
        raise FileError(f"the file has no column {', '.join(absent)}; it has {', '.join(names)}")
    return names, records


def _header(records: Iterator[Record]) -> list[str]:
    first = next(records, None)
    if first is None or first.fields is None:
        raise FileError("the file is empty, or its first line cannot be read")
    return [name.removeprefix("\ufeff").strip() for name in first.fields]


def _split(lines: TextIO) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        if fields := line.split():
            yield Record(number, line.rstrip("\r\n"), fields)


def _csv(lines: TextIO, delimiter: str) -> Iterator[Record]:
    taken: list[str] = []

    def remember() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    reader, number = csv.reader(remember(), delimiter=delimiter, strict=True), 1
    while True:
        try:
            fields: list[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            fields = None
        original, size = "".join(taken).rstrip("\r\n"), len(taken)
        taken.clear()
        if fields != []:
            yield Record(number, original, fields)
        number += size

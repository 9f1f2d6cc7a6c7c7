"""Reads a file record by record, keeping each one's line number and original text for the rejects."""

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from datasources.imports.mapping import Mapping

# What a field may hold, so that a quote that is never closed does not swallow the file.
csv.field_size_limit(1_000_000)

BytesRead = Callable[[], int]


class FileError(ValueError):
    """A file that does not fit its mapping at all."""


@dataclass(frozen=True)
class Record:
    line: int
    original: str
    # None when the line could not be taken apart.
    fields: list[str] | None


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[tuple[TextIO, BytesRead, int]]:
    """The file's text, unpacked when it is gzipped; how many of its bytes have been read; how many there are."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]  # reads alike
        # What is not in the encoding is kept, to be refused with its line and not to end the import.
        yield io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline=""), raw.tell, path.stat().st_size


def read_records(lines: TextIO, mapping: Mapping) -> tuple[list[str], Iterator[Record]]:
    """The names of the file's columns, and its records."""
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

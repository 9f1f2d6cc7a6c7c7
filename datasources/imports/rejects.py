"""The rejects file: line number, column, reason and original text of each refused line."""

import csv
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

from datasources.imports.line_checks import RejectedError
from datasources.imports.reading import Record

HEADER = ("line", "column", "reason", "original")


class Rejects:
    """Writer of the rejects file. The file gets its final name when the import completes."""

    def __init__(self, path: Path, encoding: str) -> None:
        self.reasons: Counter[str] = Counter()
        self._path, self._partial = path, path.with_name(f"{path.name}.partial")
        self._file = self._partial.open("w", encoding=encoding, errors="surrogateescape", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(HEADER)

    def add(self, record: Record, error: RejectedError) -> None:
        self.reasons[f"{error.column}: {error.reason}" if error.column else error.reason] += 1
        self._writer.writerow((record.line, error.column, error.reason, record.original))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None:
            self._partial.replace(self._path)
        else:
            self._partial.unlink()

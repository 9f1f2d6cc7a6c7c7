"""A mapping: what the columns of a file mean, and which rows they become."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from datasources.columns import Money
from datasources.imports.values import Convert

# As a key, `*` stands for the whole line.
LINE = "*"


@dataclass(frozen=True)
class Column:
    """A column of the file: its type and whether a value is required."""

    name: str
    convert: Convert
    required: bool
    missing: str
    strip_suffix: str
    sql_type: str
    is_phone: bool = False


@dataclass(frozen=True)
class Value:
    """Source of a table column's value. Exactly one of the first five fields is set."""

    column: str | None = None
    constant: Any = None
    text: str | None = None
    id_of: str | None = None
    position_in: str | None = None
    lookup: str | None = None
    take: str = "first"
    prefixes: tuple[tuple[str, str], ...] = ()
    otherwise: str | None = None
    known: frozenset[str] | None = None


@dataclass(frozen=True)
class Target:
    """Rows of one table: one row for each distinct key among the lines."""

    table: Table
    key: tuple[str, ...]
    same: tuple[str, ...]
    values: dict[str, Value]

    @property
    def amounts(self) -> dict[str, int]:
        """The money columns that are set, with the number of decimals that each may have beyond its currency's."""
        types = {name: self.table.columns[name].type for name in self.values}
        return {name: type_.extra_decimals for name, type_ in types.items() if isinstance(type_, Money)}

    def extension_of(self, name: str) -> str | None:
        """The column that holds the extension of the phone number in this column."""
        extension = "extension" if name == "value" else f"{name}_extension"
        return extension if extension in self.table.columns else None


@dataclass(frozen=True)
class Mapping:
    path: Path
    source: str
    encoding: str
    delimiter: str | None
    header: bool
    columns: dict[str, Column]
    # By derived column, the columns that are multiplied.
    products: dict[str, tuple[str, ...]]
    drops_duplicates: bool
    targets: dict[str, Target]

    @property
    def departments(self) -> list[str]:
        return list(dict.fromkeys(target.table.schema or "" for target in self.targets.values()))

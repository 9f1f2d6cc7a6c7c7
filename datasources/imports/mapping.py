"""A mapping: what the columns of a file mean and which rows they become, declared in TOML."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import CheckConstraint, Table

from datasources.core.tables import METADATA as CORE
from datasources.finance.tables import METADATA as FINANCE
from datasources.imports import values
from datasources.imports.section import MappingError, Section
from datasources.marketing.tables import METADATA as MARKETING
from datasources.sales.tables import METADATA as SALES
from datasources.service.tables import METADATA as SERVICE

__all__ = ["Column", "Mapping", "MappingError", "Target", "Value", "load_mapping"]

TABLES: dict[str, Table] = {
    table.fullname: table
    for metadata in (CORE, FINANCE, SALES, SERVICE, MARKETING)
    for table in metadata.tables.values()
}
TYPES = (*values.PLAIN, "date", "timestamp", "words")
TAKES = ("first", "last", "min", "max", "sum")
LINE = "*"
LOOKUPS = ("core.customer.number",)


@dataclass(frozen=True)
class Column:
    """A column of the file: its type, and whether a line may leave it empty."""

    name: str
    convert: values.Convert
    required: bool
    missing: str
    strip_suffix: str
    sql_type: str


@dataclass(frozen=True)
class Value:
    """Where the value of a table's column comes from: exactly one of the first five is set."""

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
    """Rows of one table: one for each different key among the lines."""

    table: Table
    key: tuple[str, ...]
    same: tuple[str, ...]
    values: dict[str, Value]


@dataclass(frozen=True)
class Mapping:
    path: Path
    source: str
    encoding: str
    delimiter: str | None
    header: bool
    columns: dict[str, Column]
    # For each derived column the columns whose product it is.
    products: dict[str, tuple[str, ...]]
    drops_duplicates: bool
    targets: dict[str, Target]

    @property
    def departments(self) -> list[str]:
        return list(dict.fromkeys(target.table.schema or "" for target in self.targets.values()))


def load_mapping(path: Path) -> Mapping:
    source = path.read_text(encoding="utf-8")
    try:
        facts = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(path, "", str(error)) from error
    return _mapping(path, Section(path, source, "", facts))


def _mapping(path: Path, top: Section) -> Mapping:
    file, duplicates = top.section("file"), top.choice("duplicates", ("add", "drop"), "add")
    columns = {name: _column(section) for name, section in top.sections("columns")}
    products = {name: _product(section, columns) for name, section in top.sections("derived", required=False)}
    names = (*columns, *products)
    mapping = Mapping(
        path,
        top.text("source"),
        file.text("encoding", "utf-8"),
        None if file.choice("form", ("csv", "spaces"), "csv") == "spaces" else file.text("delimiter", ","),
        file.flag("header", default=True),
        columns,
        products,
        duplicates == "drop",
        _targets(top, names),
    )
    file.close()
    top.close()
    return mapping


def _column(section: Section) -> Column:
    kind = section.choice("type", TYPES)
    convert = _convert(section, kind)
    least, most = section.number("min"), section.number("max")
    if least is not None or most is not None:
        convert = values.bounded(convert, least, most)
    column = Column(
        section.name,
        values.remembered(convert),
        section.flag("required", default=True),
        section.text("missing", "is missing"),
        section.text("strip_suffix", ""),
        values.SQL_TYPES.get(kind, "text"),
    )
    section.close()
    return column


def _convert(section: Section, kind: str) -> values.Convert:
    if kind == "date":
        return values.dates(section.text("format", values.ISO))
    if kind == "timestamp":
        return values.timestamps(section.text("format", values.ISO), _zone(section))
    if kind == "words":
        return values.words(section.words("words"))
    return values.PLAIN[kind]


def _zone(section: Section) -> str:
    zone = section.text("zone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise section.wrong("zone", f"knows no time zone {zone!r}") from error
    return zone


def _product(section: Section, columns: dict[str, Column]) -> tuple[str, ...]:
    factors = section.names("product", columns)
    section.close()
    return factors


def _targets(top: Section, names: tuple[str, ...]) -> dict[str, Target]:
    targets: dict[str, Target] = {}
    for section in top.list("target"):
        target = _target(section, names, targets)
        targets[target.table.fullname] = target
    return targets


def _target(section: Section, names: tuple[str, ...], earlier: dict[str, Target]) -> Target:
    table = TABLES[section.choice("table", tuple(TABLES))]
    key = section.names("key", (*names, LINE))
    same = section.names("same", names, default=())
    found = {}
    for name, value in section.sections("set"):
        if name not in table.columns:
            raise section.wrong(f"set.{name}", f"{table.fullname} has no such column")
        found[name] = _value(value, table, names, earlier)
    _require_values(section, table, found)
    section.close()
    return Target(table, key, same, found)


def _value(section: Section, table: Table, names: tuple[str, ...], earlier: dict[str, Target]) -> Value:
    value = Value(
        column=section.choice("column", names, None),
        constant=section.anything("constant"),
        text=section.template("text", names),
        id_of=section.choice("id_of", tuple(earlier), None),
        position_in=section.choice("position_in", tuple(earlier), None),
        lookup=section.choice("lookup", LOOKUPS, None),
        take=section.choice("take", TAKES, "first"),
        prefixes=tuple(section.words("prefixes", {}).items()),
        otherwise=section.text("otherwise", "") or None,
        known=_known_words(table, section.name),
    )
    section.close()
    _check_sources(section, value)
    return value


def _check_sources(section: Section, value: Value) -> None:
    sources = (value.column, value.constant, value.text, value.id_of, value.position_in)
    if sum(source is not None for source in sources) != 1:
        raise section.wrong("", "needs one of column, constant, text, id_of, position_in")
    if value.known is not None:
        fixed = {value.constant, value.otherwise, *(word for _, word in value.prefixes)} - {None}
        if unknown := fixed - value.known:
            raise section.wrong("", f"{min(unknown)!r} is none of {', '.join(sorted(value.known))}")


def _known_words(table: Table, column: str) -> frozenset[str] | None:
    """The closed list that the table's CHECK constraint gives for the column."""
    for constraint in table.constraints | table.columns[column].constraints:
        if isinstance(constraint, CheckConstraint) and str(constraint.name).endswith(f"{column}_known"):
            return frozenset(re.findall(r"'([A-Z_]+)'", str(constraint.sqltext)))
    return None


def _require_values(section: Section, table: Table, found: dict[str, Value]) -> None:
    for column in table.columns:
        may_miss = column.nullable or column.server_default is not None or column.identity is not None
        if column.name not in found and column.name != "id" and not may_miss:
            raise section.wrong("set", f"{table.fullname}.{column.name} needs a value")

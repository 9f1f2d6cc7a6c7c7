"""Load a mapping from its TOML file. Errors name the file, line and key."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import CheckConstraint, Table

from datasources.countries import COUNTRIES
from datasources.departments import METADATA
from datasources.imports import values
from datasources.imports.mapping import LINE, Column, Mapping, Target, Value
from datasources.imports.toml_table import MappingError, TomlTable

TABLES: dict[str, Table] = {
    table.fullname: table for metadata in METADATA.values() for table in metadata.tables.values()
}
TYPES = (*values.PLAIN, "phone", "date", "timestamp", "words")
AGGREGATES = ("first", "last", "min", "max", "sum")
LOOKUP_COLUMNS = ("core.customer.number",)


def load_mapping(path: Path, phone_region: str | None = None) -> Mapping:
    """Load a mapping. Phone numbers without a country code are of `phone_region` unless their column names another."""
    source = path.read_text(encoding="utf-8")
    try:
        facts = tomllib.loads(source, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(path, "", str(error)) from error
    return _mapping(path, TomlTable(path, source, "", facts), phone_region)


def _mapping(path: Path, top: TomlTable, phone_region: str | None) -> Mapping:
    file, duplicates = top.child("file"), top.choice("duplicates", ("add", "drop"), "add")
    columns = {name: _column(toml, phone_region) for name, toml in top.children("columns")}
    products = {name: _product(toml, columns) for name, toml in top.children("derived", required=False)}
    names = (*columns, *products)
    mapping = Mapping(
        path=path,
        source=top.text("source"),
        encoding=file.text("encoding", "utf-8"),
        delimiter=None if file.choice("form", ("csv", "spaces"), "csv") == "spaces" else file.text("delimiter", ","),
        header=file.flag("header", default=True),
        columns=columns,
        products=products,
        drops_duplicates=duplicates == "drop",
        targets=_targets(top, names),
    )
    file.close()
    top.close()
    return mapping


def _column(toml: TomlTable, phone_region: str | None) -> Column:
    kind = toml.choice("type", TYPES)
    convert = _convert(toml, kind, phone_region)
    least, most = toml.number("min"), toml.number("max")
    if least is not None or most is not None:
        convert = values.within_bounds(convert, least, most)
    column = Column(
        name=toml.name,
        convert=values.memoize(convert),
        required=toml.flag("required", default=True),
        missing=toml.text("missing", "is missing"),
        strip_suffix=toml.text("strip_suffix", ""),
        sql_type=values.SQL_TYPES.get(kind, "text"),
        is_phone=kind == "phone",
    )
    toml.close()
    return column


def _convert(toml: TomlTable, kind: str, phone_region: str | None) -> values.Convert:
    if kind == "phone":
        return values.phones(toml.choice("region", tuple(sorted(COUNTRIES)), phone_region))
    if kind == "date":
        return values.dates(toml.text("format", values.ISO))
    if kind == "timestamp":
        return values.timestamps(toml.text("format", values.ISO), _zone(toml))
    if kind == "words":
        return values.words(toml.words("words"))
    return values.PLAIN[kind]


def _zone(toml: TomlTable) -> str:
    zone = toml.text("zone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise toml.wrong("zone", f"knows no time zone {zone!r}") from error
    return zone


def _product(toml: TomlTable, columns: dict[str, Column]) -> tuple[str, ...]:
    factors = toml.names("product", columns)
    toml.close()
    return factors


def _targets(top: TomlTable, names: tuple[str, ...]) -> dict[str, Target]:
    targets: dict[str, Target] = {}
    for toml in top.list("target"):
        target = _target(toml, names, targets)
        targets[target.table.fullname] = target
    return targets


def _target(toml: TomlTable, names: tuple[str, ...], earlier: dict[str, Target]) -> Target:
    table = TABLES[toml.choice("table", tuple(TABLES))]
    key = toml.names("key", (*names, LINE))
    same = toml.names("same", names, default=())
    found = {}
    for name, value in toml.children("set"):
        if name not in table.columns:
            raise toml.wrong(f"set.{name}", f"{table.fullname} has no such column")
        found[name] = _value(value, table, names, earlier)
    _require_values(toml, table, found)
    toml.close()
    return Target(table, key, same, found)


def _value(toml: TomlTable, table: Table, names: tuple[str, ...], earlier: dict[str, Target]) -> Value:
    value = Value(
        column=toml.choice("column", names, None),
        constant=toml.anything("constant"),
        text=toml.template("text", names),
        id_of=toml.choice("id_of", tuple(earlier), None),
        position_in=toml.choice("position_in", tuple(earlier), None),
        lookup=toml.choice("lookup", LOOKUP_COLUMNS, None),
        take=toml.choice("take", AGGREGATES, "first"),
        prefixes=tuple(toml.words("prefixes", {}).items()),
        otherwise=toml.text("otherwise", "") or None,
        known=_known_words(table, toml.name),
    )
    toml.close()
    _check_sources(toml, value)
    return value


def _check_sources(toml: TomlTable, value: Value) -> None:
    sources = (value.column, value.constant, value.text, value.id_of, value.position_in)
    if sum(source is not None for source in sources) != 1:
        raise toml.wrong("", "needs one of column, constant, text, id_of, position_in")
    if value.known is not None:
        fixed = {value.constant, value.otherwise, *(word for _, word in value.prefixes)} - {None}
        if unknown := fixed - value.known:
            raise toml.wrong("", f"{min(unknown)!r} is none of {', '.join(sorted(value.known))}")


def _known_words(table: Table, column: str) -> frozenset[str] | None:
    """Return the values that the table's CHECK constraint allows for the column."""
    for constraint in table.constraints | table.columns[column].constraints:
        if isinstance(constraint, CheckConstraint) and str(constraint.name).endswith(f"{column}_known"):
            return frozenset(re.findall(r"'([A-Z_]+)'", str(constraint.sqltext)))
    return None


def _require_values(toml: TomlTable, table: Table, found: dict[str, Value]) -> None:
    for column in table.columns:
        may_miss = column.nullable or column.server_default is not None or column.identity is not None
        if column.name not in found and column.name != "id" and not may_miss:
            raise toml.wrong("set", f"{table.fullname}.{column.name} needs a value")

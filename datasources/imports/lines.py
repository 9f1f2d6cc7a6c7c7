"""Convert a record of the file to a row of the staging table: typed values and target ids."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

from datasources.imports.line_checks import Fields, RejectedError, line_checks
from datasources.imports.mapping import LINE, Column, Mapping, Target, Value
from datasources.imports.values import ConversionError


@dataclass(frozen=True)
class StagedColumn:
    """A column of the staging table: name, SQL type and how its value is computed."""

    name: str
    sql_type: str
    value_of: Callable[[Fields], Any]


class Lines:
    """Converter of lines, prepared once from the mapping and the file's header."""

    def __init__(self, mapping: Mapping, names: list[str]) -> None:
        self._width = len(names)
        self._columns = [(column, names.index(name)) for name, column in mapping.columns.items()]
        self._products = mapping.products
        self.staged = staged_columns(mapping)
        self._checks = line_checks(mapping)
        values = [value for target in mapping.targets.values() for value in target.values.values()]
        self._lookups = {value.column for value in values if value.lookup and value.column}

    @property
    def looks_up(self) -> bool:
        return bool(self._lookups)

    def fields(self, line: int, texts: list[str] | None) -> Fields:
        """Return the line's values by column. Raises RejectedError for the first invalid column."""
        if texts is None:
            raise RejectedError("", "cannot be taken apart")
        if len(texts) != self._width:
            raise RejectedError("", f"has {len(texts)} fields in place of {self._width}")
        fields = {column.name: _convert_field(column, texts[place]) for column, place in self._columns}
        for name, factors in self._products.items():
            fields[name] = _product(fields, factors)
        for check in self._checks:
            check(fields)
        fields["line"], fields[LINE] = line, _digest(texts)
        return fields

    def row(self, fields: Fields, customers: dict[str, UUID]) -> tuple[Any, ...]:
        for column in self._lookups:
            if fields[column] not in customers:
                raise RejectedError(column, "is no known customer")
        fields["customers"] = customers
        return tuple(staged.value_of(fields) for staged in self.staged)

    def numbers(self, fields: Fields) -> set[str]:
        """Return the customer numbers that the line looks up."""
        return {fields[column] for column in self._lookups if fields[column] is not None}


def staged_columns(mapping: Mapping) -> list[StagedColumn]:
    """Columns of the staging table: line, digest, a value per column, an id per target."""
    staged = [
        StagedColumn("line", "bigint", lambda fields: fields["line"]),
        StagedColumn("digest", "uuid", lambda fields: fields[LINE]),
    ]
    for place, (name, column) in enumerate(mapping.columns.items()):
        if column.is_phone:
            staged.append(StagedColumn(f"column_{place}", "text", _phone_number(name)))
            staged.append(StagedColumn(f"column_{place}_extension", "text", _phone_extension(name)))
        else:
            staged.append(StagedColumn(f"column_{place}", column.sql_type, _field(name)))
    staged += [StagedColumn(f"product_{place}", "numeric", _field(name)) for place, name in enumerate(mapping.products)]
    for place, target in enumerate(mapping.targets.values()):
        staged.append(StagedColumn(f"target_{place}", "uuid", _id_of(mapping, target)))
        staged += [
            StagedColumn(f"target_{place}_{name}", "uuid" if value.lookup else "text", _computation(value))
            for name, value in target.values.items()
            if is_computed(value)
        ]
    return staged


def is_computed(value: Value) -> bool:
    """Return whether the value is computed for each line and so needs a staged column of its own."""
    return bool(value.text is not None or value.prefixes or value.otherwise or value.lookup or value.known) and (
        value.constant is None
    )


def _convert_field(column: Column, text: str) -> Any:
    text = text.strip().removesuffix(column.strip_suffix)
    if not text:
        if column.required:
            raise RejectedError(column.name, column.missing)
        return None
    try:
        return column.convert(text)
    except ConversionError as error:
        raise RejectedError(column.name, str(error)) from None


def _product(fields: Fields, factors: tuple[str, ...]) -> Any:
    product: Any = 1
    for factor in factors:
        if fields[factor] is None:
            return None
        product = product * fields[factor]
    return product


def _digest(texts: list[str]) -> UUID:
    whole = "\x1f".join(texts).encode("utf-8", "surrogateescape")
    return UUID(bytes=blake2b(whole, digest_size=16).digest())


def _id_of(mapping: Mapping, target: Target) -> Callable[[Fields], UUID]:
    """Return a function that derives a row's id from source, table and key.

    Because the id is deterministic, importing a file again updates rows instead of adding them.
    """
    start = blake2b(f"{mapping.source}\x1f{target.table.fullname}".encode(), digest_size=16)
    key = target.key

    def make(fields: Fields) -> UUID:
        digest = start.copy()
        for name in key:
            digest.update(f"\x1f{fields[name]}".encode())
        return UUID(bytes=digest.digest(), version=4)

    return make


def _field(name: str) -> Callable[[Fields], Any]:
    return lambda fields: fields[name]


def _phone_number(name: str) -> Callable[[Fields], str | None]:
    return lambda fields: None if fields[name] is None else fields[name].number


def _phone_extension(name: str) -> Callable[[Fields], str | None]:
    return lambda fields: None if fields[name] is None else fields[name].extension


def _computation(value: Value) -> Callable[[Fields], Any]:
    if value.text is not None:
        return value.text.format_map
    column = value.column
    assert column is not None, "a value without text or constant has a column"
    if value.lookup is not None:
        return lambda fields: fields["customers"][fields[column]]
    return lambda fields: _word(value, fields[column])


def _word(value: Value, text: Any) -> str | None:
    meaning = next((word for prefix, word in value.prefixes if str(text).startswith(prefix)), None)
    if meaning is not None:
        return meaning
    word: str | None = value.otherwise or (None if text is None else str(text))
    if value.known is not None and word is not None and word not in value.known:
        raise RejectedError(value.column or "", f"is none of {', '.join(sorted(value.known))}")
    return word

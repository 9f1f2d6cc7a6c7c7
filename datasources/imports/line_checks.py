"""Checks of a whole line: an amount fits its currency, an extension has a column to be kept in."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any

from datasources.currencies import example_amount, has_minor_units, is_currency
from datasources.imports.mapping import Mapping, Target, Value

Fields = dict[str, Any]
LineCheck = Callable[[Fields], None]


class RejectedError(ValueError):
    """Raised when a line is refused; names the column and the reason."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}")
        self.column, self.reason = column, reason


def line_checks(mapping: Mapping) -> list[LineCheck]:
    """Return the checks that the mapping's targets ask for; each raises RejectedError."""
    return [check for target in mapping.targets.values() for check in _target_checks(mapping, target)]


def _target_checks(mapping: Mapping, target: Target) -> Iterator[LineCheck]:
    currency = target.values.get("currency")
    for name, value in target.values.items():
        column = mapping.columns.get(value.column or "")
        if column is None:
            continue
        if name in target.amounts and currency is not None:
            extra_decimals = target.amounts[name]
            yield partial(_check_amount, column=column.name, currency=currency, extra_decimals=extra_decimals)
        if column.is_phone and target.extension_of(name) is None:
            yield partial(_check_extension, column=column.name, table=target.table.fullname)


def _check_amount(fields: Fields, *, column: str, currency: Value, extra_decimals: int) -> None:
    amount, code = fields[column], currency.constant or fields.get(currency.column or "")
    if not isinstance(amount, Decimal) or code is None or not is_currency(code):
        return
    if not has_minor_units(amount, code, extra_decimals):
        raise RejectedError(column, f"has more decimals than an amount like {example_amount(code)}")


def _check_extension(fields: Fields, *, column: str, table: str) -> None:
    if fields[column] is not None and fields[column].extension is not None:
        raise RejectedError(column, f"has an extension, for which {table} has no column")

"""A sub-select that is compiled last, with only the columns that the statement around it uses."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import Select, Subquery
from sqlalchemy.sql.elements import quoted_name

from datasources.rows import Column, is_nullable

# There is one in a statement; tables have aliases of another form.
NAME = "found"


class _UsedColumns(dict[str, Column]):
    """Each column by its name alone, so that it can be used before there is a sub-select that has it."""

    def __init__(self, offered: Mapping[str, Column]) -> None:
        super().__init__()
        self._offered = offered

    def __missing__(self, name: str) -> Column:
        offered = self._offered[name]
        qualified = quoted_name(f"{NAME}.{name}", quote=False)
        self[name] = TableColumn(qualified, offered.type, nullable=is_nullable(offered))
        return self[name]


@dataclass(frozen=True)
class DeferredSelect:
    """Stands for the sub-select. `select` is called with the names of those `offered` columns that were used."""

    offered: Mapping[str, Column]
    select: Callable[[Collection[str]], Select[Any]]

    @cached_property
    def c(self) -> Mapping[str, Column]:
        return _UsedColumns(self.offered)

    def subquery(self) -> Subquery:
        return self.select(tuple(self.c)).subquery(NAME)


def labelled(columns: Mapping[str, Column], names: Collection[str]) -> list[Column]:
    return [columns[name].label(name) for name in names]

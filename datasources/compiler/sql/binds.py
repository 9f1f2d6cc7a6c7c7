"""Binds: the values of a statement, by names of ours; nothing that somebody sent is ever written into it."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, Integer, Select, bindparam, column, func, select, true
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine

from datasources.engine.running.statement import Binding, Bound
from datasources.plan import Parameter
from datasources.sql_text import all_of

# The table of those who share a run of the statement, and the place of each among them.
ASKER, PLACE = "asker", "place"


@dataclass(slots=True)
class Binds:
    """The parameters of one statement, by the name they have in it. All of its askers have the same values."""

    bound: dict[str, Bound] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def bind(self, parameter: Parameter, type_: TypeEngine[Any]) -> ColumnElement[Any]:
        """The value of a parameter, as a column of the statement."""
        return self._bound(Bound(parameter, is_list=isinstance(type_, ARRAY)), type_)

    def whole(self, parameter: Parameter) -> ColumnElement[int]:
        return self.bind(parameter, Integer())

    def told(self, parameter: Parameter, type_: TypeEngine[Any]) -> ColumnElement[Any]:
        """A list of what is told of the customers, of all askers' one after the other."""
        return self._bound(Bound(parameter, Binding.JOINED), ARRAY(type_))

    def around(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """The statement that is run, for as many askers as there are."""
        return statement

    def _bound(self, bound: Bound, type_: TypeEngine[Any]) -> ColumnElement[Any]:
        name = self._name(bound.parameter)
        self.bound[name] = bound
        return bindparam(name, type_=type_)

    def _name(self, parameter: Parameter) -> str:
        return self._names.setdefault(id(parameter), f"p{len(self._names)}")


@dataclass(slots=True)
class ByAsker(Binds):
    """Each asker has values of their own: they are the rows of a table, and the statement is run for each row."""

    _types: dict[str, TypeEngine[Any]] = field(default_factory=dict)

    def bind(self, parameter: Parameter, type_: TypeEngine[Any]) -> ColumnElement[Any]:
        if isinstance(type_, ARRAY):
            return self._bound(Bound(parameter, is_list=True), type_)
        name = self._name(parameter)
        self.bound[name] = Bound(parameter, Binding.EACH)
        self._types[name] = type_
        # By its name alone: the table is made when it is known what it holds.
        return Column(quoted_name(f"{ASKER}.{name}", quote=False), type_)

    def around(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        if not self._types:
            return statement
        values = [bindparam(name, type_=ARRAY(type_)) for name, type_ in self._types.items()]
        columns = [column(name, type_) for name, type_ in self._types.items()]
        askers = func.unnest(*values).table_valued(*columns, with_ordinality=PLACE).render_derived(ASKER)
        its = statement.lateral("its")
        return select(all_of("its"), askers.c[PLACE]).select_from(askers.join(its, true()))

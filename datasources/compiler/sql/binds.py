"""Binds: the values of a statement, by generated names. No value of a request is ever written into its text."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, Integer, Select, bindparam, column, func, select, true
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import TypeEngine

from datasources.engine.running.statement import Binding, BoundParameter
from datasources.plan import Parameter
from datasources.sql_text import all_of

# The table of the requests that share a run of the statement, and the place of each among them.
ASKER, PLACE = "asker", "place"


@dataclass(slots=True)
class Binds:
    """The parameters of one statement, by the name they have in it. All requests in a run have the same values."""

    bound: dict[str, BoundParameter] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)

    def bind(self, parameter: Parameter, type_: TypeEngine[Any]) -> ColumnElement[Any]:
        """The value of a parameter, as a column of the statement."""
        return self._bound(BoundParameter(parameter, is_list=isinstance(type_, ARRAY)), type_)

    def bind_integer(self, parameter: Parameter) -> ColumnElement[int]:
        return self.bind(parameter, Integer())

    def bind_list(self, parameter: Parameter, type_: TypeEngine[Any]) -> ColumnElement[Any]:
        """A value for each customer, as an array; in a shared run, the arrays of its requests are concatenated."""
        return self._bound(BoundParameter(parameter, Binding.JOINED), ARRAY(type_))

    def select_for_requests(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """The statement that is run, for any number of requests."""
        return statement

    def _bound(self, bound: BoundParameter, type_: TypeEngine[Any]) -> ColumnElement[Any]:
        name = self._name(bound.parameter)
        self.bound[name] = bound
        return bindparam(name, type_=type_)

    def _name(self, parameter: Parameter) -> str:
        return self._names.setdefault(id(parameter), f"p{len(self._names)}")


@dataclass(slots=True)
class BindsByRequest(Binds):
    """Each request has values of its own: they are the rows of a table, and the statement is run for each row."""

    _types: dict[str, TypeEngine[Any]] = field(default_factory=dict)

    def bind(self, parameter: Parameter, type_: TypeEngine[Any]) -> ColumnElement[Any]:
        if isinstance(type_, ARRAY):
            return self._bound(BoundParameter(parameter, is_list=True), type_)
        name = self._name(parameter)
        self.bound[name] = BoundParameter(parameter, Binding.EACH)
        self._types[name] = type_
        # By its name alone, because the table is compiled last, when its columns are known.
        return Column(quoted_name(f"{ASKER}.{name}", quote=False), type_)

    def select_for_requests(self, statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        if not self._types:
            return statement
        values = [bindparam(name, type_=ARRAY(type_)) for name, type_ in self._types.items()]
        columns = [column(name, type_) for name, type_ in self._types.items()]
        askers = func.unnest(*values).table_valued(*columns, with_ordinality=PLACE).render_derived(ASKER)
        its = statement.lateral("its")
        return select(all_of("its"), askers.c[PLACE]).select_from(askers.join(its, true()))

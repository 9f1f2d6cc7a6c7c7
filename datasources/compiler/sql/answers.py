"""What core's statement answers for a root, and the interface that each kind of entry compiles it by."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, TableValuedAlias, func, select
from sqlalchemy.dialects.postgresql import array

from datasources.compiler.sql.binds import Binds, BindsByRequest
from datasources.compiler.sql.connections import PageView
from datasources.compiler.sql.fields import Compiler
from datasources.compiler.sql.pages import MakeRows
from datasources.compiler.sql.subjects import Subjects, bound_customers
from datasources.engine.running.statement import MAX_REQUESTS_PER_RUN
from datasources.entries import Entry, RootObject
from datasources.holes import SEPARATOR
from datasources.json_text import Parts
from datasources.plan import Field
from datasources.rows import Columns, Row, Subject
from datasources.sql_text import literal

E = TypeVar("E", bound=Entry)


class CoreAnswer(Protocol):
    """Core's statement, given the texts of its own sections."""

    @property
    def found(self) -> Subjects: ...

    def select(self, texts: Sequence[ColumnElement[str]]) -> Select[Any]:
        """One row: the answer, the customers' ids and flags, core's clock, and the texts."""


@dataclass(frozen=True, slots=True)
class EntryCompiler(ABC, Generic[E]):
    """Compiles what statements answer for one kind of entry. `field` is the root field."""

    compiler: Compiler
    entry: E
    field: Field

    max_requests_per_run: ClassVar[int] = MAX_REQUESTS_PER_RUN
    core_binds: ClassVar[type[Binds]] = BindsByRequest

    @abstractmethod
    def core(self, make_rows: MakeRows) -> CoreAnswer:
        """Core's answer. `make_rows` gives all customers that exist for the viewer."""

    def object(self, wanted: RootObject, row: Row) -> Parts:
        """An object that the entry finds by itself, for one customer."""
        raise TypeError(f"{type(self.entry).__name__} finds no objects")

    def bound_customers(self) -> tuple[TableValuedAlias, Subject]:
        """The customers in another database, with what its sections need beside them."""
        return bound_customers(self.compiler.binds)

    def in_batch(self, table: Columns, batch: int, parts: Parts) -> Parts:
        """The parts, for the customers of that batch."""
        return parts


@dataclass(frozen=True, slots=True)
class CustomerAnswer:
    """Core's statement about one customer, or about an object of one."""

    found: Subjects
    answer: ColumnElement[str]

    def select(self, texts: Sequence[ColumnElement[str]]) -> Select[Any]:
        subject = self.found.subject
        columns = [array([subject.id]), array([subject.flags]), subject.as_of, *texts]
        return select(self.answer.label("answer"), *columns).select_from(self.found.source.subquery())


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """Core's statement about a page of customers."""

    found: Subjects
    answer: ColumnElement[str]
    view: PageView

    def select(self, texts: Sequence[ColumnElement[str]]) -> Select[Any]:
        subject = self.found.subject
        columns = [
            self._by_ordinal(func.array_agg, subject.id),
            self._by_ordinal(func.array_agg, subject.flags),
            func.max(subject.as_of),
            *(self._by_ordinal(func.string_agg, text, literal(SEPARATOR)) for text in texts),
        ]
        return select(self.answer.label("answer"), *columns).select_from(self.found.source.subquery())

    def _by_ordinal(self, aggregate: Any, *values: ColumnElement[Any]) -> ColumnElement[Any]:
        """One column of the page's customers in reading order, which is not the list's if the page is backwards."""
        return self.view.aggregated(aggregate, *values, reverse=self.view.page.backwards)

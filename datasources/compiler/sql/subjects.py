"""The customers that a root field is about, with their flags as they count now."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    TableValuedAlias,
    Text,
    Uuid,
    case,
    cast,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

from auth.policy.effects import UNGOVERNED, Condition, Effect
from auth.policy.flags import Flag
from auth.policy.reach import Reach
from datasources.compiler.sql.binds import Binds
from datasources.compiler.sql.deferred import DeferredSelect, labelled
from datasources.compiler.sql.fields import Compiler
from datasources.compiler.sql.pages import MakeRows, PageQuery, Rows
from datasources.core.codes import CustomerStatus
from datasources.core.shapes import CUSTOMER
from datasources.core.tables import partner_link
from datasources.engine.pools.packed import count_up_to
from datasources.entries import Find
from datasources.ids import row_id
from datasources.plan import AS_OF, FLAGS, IDS, LOCATED_ID, MAX_REACHES, ORDINALS, REACH_VALUES, Parameter
from datasources.rows import Column, Row, Subject
from datasources.sql_text import literal, number

_NOW: ColumnElement[Any] = func.now()

_TODAY: ColumnElement[Any] = cast(_NOW, Date())

# The column until which a stored bit counts, and the clock it is compared with.
_EXPIRIES = {
    Flag.CONSENTS_DIRECT_MARKETING: ("direct_marketing_until", _NOW),
    Flag.CONSENTS_PROFILING: ("profiling_until", _NOW),
    Flag.CONSENTS_PARTNER_SHARING: ("partner_sharing_until", _NOW),
    Flag.CONSENTS_SPECIAL_CATEGORIES: ("special_categories_until", _NOW),
    Flag.MINOR: ("minor_until", _TODAY),
}

_ids = Parameter(lambda variables: variables[IDS])
_flags = Parameter(lambda variables: variables[FLAGS])
# Each request counts its own customers, also in a shared run.
_ordinals = Parameter(lambda variables: variables.get(ORDINALS) or count_up_to(len(variables[IDS])))
_as_of = Parameter(lambda variables: variables[AS_OF])
LOCATED = Parameter(lambda variables: variables[LOCATED_ID])
# Beside the columns of core's rows, in the sub-select that finds them.
FLAGS_NOW, NOW, RANK = "flags_now", "as_of", "rank"


def _reach_value(place: int) -> Parameter:
    return Parameter(lambda variables: variables[REACH_VALUES][place])


def _reach_id(place: int) -> Parameter:
    return Parameter(lambda variables: row_id(variables[REACH_VALUES][place]))


# The value of each reach, as text and as a customer's id.
_REACH_VALUES = [_reach_value(place) for place in range(MAX_REACHES)]
_REACH_IDS = [_reach_id(place) for place in range(MAX_REACHES)]


def flags_now(table: FromClause) -> Column:
    """The stored flags without those that have expired: consents past their end, minors who came of age."""
    flags: Column = table.c.flags
    for bit, (until, now) in _EXPIRIES.items():
        counts = case((table.c[until] <= now, number(~int(bit))), else_=number(-1))
        flags = flags.bitwise_and(counts)
    return flags


def customers(compiler: Compiler, exists: Effect, reaches: Sequence[Reach]) -> MakeRows:
    """All customers that the viewer may know to exist."""

    def make_rows() -> Rows:
        shape = compiler.shapes[CUSTOMER.type]
        assert shape.table is not None
        table = shape.table.alias()
        subject = Subject(table.c.id, flags_now(table), _NOW, number(1), table, stored=table.c.flags)
        there = table.c.status != literal(CustomerStatus.ERASED)
        reached = (within_reach(compiler.binds, reach, place, table) for place, reach in enumerate(reaches))
        tests = (there, *reached, subject.meets(exists.condition))
        where = tuple(test for test in tests if test is not None)
        return Rows(shape, Row(table, subject.knowing(exists.condition)), table, where)

    return make_rows


def visible_customer(make_rows: MakeRows) -> Callable[[Column], Column]:
    """From a customer's id to the same id, or NULL if that customer is not among the rows."""

    def select_id(id_: Column) -> Column:
        rows = make_rows()
        return rows.select(rows.row["id"]).where(rows.row["id"] == id_).scalar_subquery()

    return select_id


def within_reach(binds: Binds, reach: Reach, place: int, table: FromClause) -> ColumnElement[bool] | None:
    """The test for customers within the reach whose value stands at `place`; None where that is all."""
    match reach:
        case Reach.ALL:
            return None
        case Reach.SELF:
            return table.c.id == binds.bind(_REACH_IDS[place], Uuid())
        case Reach.TERRITORY:
            return table.c.territory == binds.bind(_REACH_VALUES[place], Text())
        case Reach.LINKED:
            link = partner_link.alias()
            linked = select(link.c.customer_id).where(link.c.contract == binds.bind(_REACH_VALUES[place], Text()))
            return table.c.id.in_(linked.correlate_except(link))


@dataclass(frozen=True, slots=True)
class Subjects:
    """The customers of one answer, and the sub-select of core's rows that finds them."""

    source: DeferredSelect
    subject: Subject

    @property
    def row(self) -> Row:
        return Row(self.source, self.subject)


def one_customer(
    make_rows: MakeRows,
    exists: Effect,
    test: Callable[[Row], ColumnElement[bool]],
    by: Effect = UNGOVERNED,
    most: int = 1,
) -> Subjects:
    """The customer that meets the test, where `by` allows the lookup. Of several, the first `most` by id."""
    rows = make_rows()
    allowed = rows.row.subject.meets(by.condition)
    offered = offered_columns(rows)

    def select_columns(names: Collection[str]) -> Select[Any]:
        tests = (test(rows.row), *(() if allowed is None else (allowed,)))
        return rows.select(*labelled(offered, names)).where(*tests).order_by(rows.row["id"]).limit(number(most))

    return subjects_of(DeferredSelect(offered, select_columns), exists.condition & by.condition, number(1))


def lookup_test(binds: Binds, find: Find) -> Callable[[Row], ColumnElement[bool]]:
    """The test for `customer(by:)`."""

    def test(row: Row) -> ColumnElement[bool]:
        lookup = CUSTOMER.lookups.get(find.by)
        if lookup is not None:
            return lookup(row, binds.bind, find.value)
        return row[find.by] == binds.bind(find.value, row[find.by].type)

    return test


def customers_page(query: PageQuery, exists: Effect, *, has_sections: bool) -> Subjects:
    """One page of customers; one row more, if need be, to tell whether others follow."""
    has_branches = query.has_branches
    offered = {**offered_columns(query.rows), RANK: query.rank()}

    def select_columns(names: Collection[str]) -> Select[Any]:
        if has_branches:
            return query.select_branches(labelled(offered, [name for name in names if name != RANK]))
        return query.select(*labelled(offered, names))

    source = DeferredSelect(offered, select_columns)
    is_counted = has_branches or query.is_ranked or has_sections
    return subjects_of(source, exists.condition, source.c[RANK] if is_counted else None)


def bound_customers(binds: Binds, **beside: tuple[Parameter, TypeEngine[Any]]) -> tuple[TableValuedAlias, Subject]:
    """The customers as another database gets them: bound from core's answer, never looked up. Each may have more
    columns `beside`, of the given types.
    """
    bound: dict[str, tuple[Parameter, TypeEngine[Any]]] = {
        "id": (_ids, Uuid()),
        "flags": (_flags, Integer()),
        "ordinal": (_ordinals, Integer()),
        **beside,
    }
    unnested = func.unnest(*(binds.bind_list(value, type_) for value, type_ in bound.values()))
    named = [column(name, type_) for name, (_, type_) in bound.items()]
    table = unnested.table_valued(*named, with_ordinality=RANK, name="subject").render_derived()
    as_of = binds.bind(_as_of, TIMESTAMP(timezone=True))
    return table, Subject(table.c.id, table.c.flags, as_of, table.c.ordinal)


def offered_columns(rows: Rows) -> dict[str, Column]:
    """What the sub-select can select of each customer: core's row, and the flags as they count now."""
    subject = rows.row.subject
    return {**rows.source.c, FLAGS_NOW: subject.flags, NOW: subject.as_of}


def subjects_of(source: DeferredSelect, known: Condition, ordinal: Column | None) -> Subjects:
    """The customers that a sub-select of such columns finds; all of them meet `known`."""
    columns = source.c
    return Subjects(source, Subject(columns["id"], columns[FLAGS_NOW], columns[NOW], ordinal, source, known))

"""Finding the customers that a root field is about, with their flags as they count now."""

from collections.abc import Callable, Collection
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
from datasources.compiler.sql.fields import Compiler
from datasources.compiler.sql.found import Found, labelled
from datasources.compiler.sql.pages import Fresh, PageCompiler, Rows, is_ranked
from datasources.core.codes import CustomerStatus
from datasources.core.shapes import CUSTOMER
from datasources.core.tables import partner_link
from datasources.engine.pools.packed import counted
from datasources.ids import row_id
from datasources.plan import AS_OF, FLAGS, IDS, LOCATED_ID, REACH_VALUE, Field, Find, Page, Parameter
from datasources.rows import Column, Row, Subject
from datasources.sql_text import literal, number

_NOW: ColumnElement[Any] = func.now()

_TODAY: ColumnElement[Any] = cast(_NOW, Date())

# Until when a stored bit counts. Only the ledger changes what is stored, never the clock.
_EXPIRIES = {
    Flag.CONSENTS_DIRECT_MARKETING: ("direct_marketing_until", _NOW),
    Flag.CONSENTS_PROFILING: ("profiling_until", _NOW),
    Flag.CONSENTS_PARTNER_SHARING: ("partner_sharing_until", _NOW),
    Flag.CONSENTS_SPECIAL_CATEGORIES: ("special_categories_until", _NOW),
    Flag.MINOR: ("minor_until", _TODAY),
}

_ids = Parameter(lambda variables: variables[IDS])
_flags = Parameter(lambda variables: variables[FLAGS])
# Each asker counts their own customers, whoever else shares the run.
_ordinals = Parameter(lambda variables: counted(len(variables[IDS])))
_as_of = Parameter(lambda variables: variables[AS_OF])
LOCATED = Parameter(lambda variables: variables[LOCATED_ID])
_reach_value = Parameter(lambda variables: variables[REACH_VALUE])
# Beside the columns of core's rows, in the sub-select that finds them.
FLAGS_NOW, NOW, RANK = "flags_now", "as_of", "rank"
_own_id = Parameter(lambda variables: row_id(variables[REACH_VALUE]))


def flags_now(table: FromClause) -> Column:
    """The stored flags without those whose time is over: consents that expired, minors who came of age."""
    flags: Column = table.c.flags
    for bit, (until, now) in _EXPIRIES.items():
        counts = case((table.c[until] <= now, number(~int(bit))), else_=number(-1))
        flags = flags.bitwise_and(counts)
    return flags


def customers(compiler: Compiler, exists: Effect, reach: Reach) -> Fresh:
    """All customers whom the viewer may know to exist, under a new alias each time."""

    def fresh() -> Rows:
        shape = compiler.shapes[CUSTOMER.type]
        assert shape.table is not None
        table = shape.table.alias()
        subject = Subject(table.c.id, flags_now(table), _NOW, number(1), table, stored=table.c.flags)
        there = table.c.status != literal(CustomerStatus.ERASED)
        tests = (there, within(compiler, reach, table), subject.meets(exists.condition))
        where = tuple(test for test in tests if test is not None)
        return Rows(shape, Row(table, subject.knowing(exists.condition)), table, where)

    return fresh


def within(compiler: Compiler, reach: Reach, table: FromClause) -> ColumnElement[bool] | None:
    """The customers within the viewer's reach; None where that is all."""
    bind = compiler.binds.bind
    match reach:
        case Reach.ALL:
            return None
        case Reach.SELF:
            return table.c.id == bind(_own_id, Uuid())
        case Reach.TERRITORY:
            return table.c.territory == bind(_reach_value, Text())
        case Reach.LINKED:
            link = partner_link.alias()
            linked = select(link.c.customer_id).where(link.c.contract == bind(_reach_value, Text()))
            return table.c.id.in_(linked.correlate_except(link))


@dataclass(frozen=True, slots=True)
class Subjects:
    """The customers of one answer, and the sub-select of core's rows that finds them."""

    source: Found
    subject: Subject

    @property
    def row(self) -> Row:
        return Row(self.source, self.subject)


def one(fresh: Fresh, exists: Effect, test: Callable[[Row], ColumnElement[bool]], by: Effect = UNGOVERNED) -> Subjects:
    """The customer that meets the test, where the viewer may look so. Of several, one: the same one each time."""
    rows = fresh()
    allowed = rows.row.subject.meets(by.condition)
    offered = columns(rows)

    def written(names: Collection[str]) -> Select[Any]:
        tests = (test(rows.row), *(() if allowed is None else (allowed,)))
        return rows.select(*labelled(offered, names)).where(*tests).order_by(rows.row["id"]).limit(number(1))

    return subjects(Found(offered, written), exists.condition & by.condition, number(1))


def find(compiler: Compiler, by: Find) -> Callable[[Row], ColumnElement[bool]]:
    """The test for `customer(by:)`."""

    def test(row: Row) -> ColumnElement[bool]:
        lookup = CUSTOMER.lookups.get(by.by)
        if lookup is not None:
            return lookup(row, compiler.binds.bind, by.value)
        return row[by.by] == compiler.binds.bind(by.value, row[by.by].type)

    return test


def page(compiler: Compiler, fresh: Fresh, exists: Effect, asked: Field, part: Page) -> Subjects:
    """One page of customers; one row more, if need be, to tell whether others follow."""
    rows, pages = fresh(), PageCompiler(compiler.binds)
    has_branches = pages.has_branches(rows, asked)
    offered = {**columns(rows), RANK: pages.rank(rows, asked, part)}

    def written(names: Collection[str]) -> Select[Any]:
        if has_branches:
            chosen = labelled(offered, [name for name in names if name != RANK])
            return pages.in_branches(fresh, rows, chosen, asked, part)
        return pages.page(fresh, rows, *labelled(offered, names), asked=asked, page=part)

    found = Found(offered, written)
    is_counted = has_branches or is_ranked(asked, part) or bool(compiler.sections)
    return subjects(found, exists.condition, found.c[RANK] if is_counted else None)


def apart(compiler: Compiler, **beside: tuple[Parameter, TypeEngine[Any]]) -> tuple[TableValuedAlias, Subject]:
    """The customers as another database is told of them: by core's answer, never by looking itself. Of each something
    may be told `beside`, of a type.
    """
    told: dict[str, tuple[Parameter, TypeEngine[Any]]] = {
        "id": (_ids, Uuid()),
        "flags": (_flags, Integer()),
        "ordinal": (_ordinals, Integer()),
        **beside,
    }
    unnested = func.unnest(*(compiler.binds.told(value, type_) for value, type_ in told.values()))
    named = [column(name, type_) for name, (_, type_) in told.items()]
    table = unnested.table_valued(*named, with_ordinality=RANK, name="subject").render_derived()
    as_of = compiler.binds.bind(_as_of, TIMESTAMP(timezone=True))
    return table, Subject(table.c.id, table.c.flags, as_of, table.c.ordinal)


def columns(rows: Rows) -> dict[str, Column]:
    """What the sub-select may be asked of each customer: core's row, and the flags as they count now."""
    subject = rows.row.subject
    return {**rows.source.c, FLAGS_NOW: subject.flags, NOW: subject.as_of}


def subjects(found: Found, known: Condition, ordinal: Column | None) -> Subjects:
    """The customers whom a sub-select of such columns finds, all of whom meet what is known."""
    told = found.c
    return Subjects(found, Subject(told["id"], told[FLAGS_NOW], told[NOW], ordinal, found, known))

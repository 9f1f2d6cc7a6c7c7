"""From plan to SQL: the fields of a customer become one expression that PostgreSQL answers with JSON text."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, case, func

from auth.departments import CORE
from auth.policy.effects import EffectKind, Mask
from datasources.compiler.sql.binds import Binds
from datasources.compiler.sql.checks import checked, is_valid
from datasources.compiler.sql.lists import ListCompiler
from datasources.holes import HOLE, bad_data_mark
from datasources.json_text import NULL, Kind, Parts, join, members, spell, when
from datasources.plan import Field
from datasources.rows import Column, Row, Subject, is_nullable
from datasources.shapes import (
    Amount,
    Coordinate,
    DepartmentLink,
    Inside,
    Many,
    One,
    OtherCustomer,
    Pages,
    Shape,
    Shapes,
    SubjectLink,
    Total,
    Value,
)
from datasources.sql_text import literal, number


@dataclass(frozen=True, slots=True)
class Compiler:
    """Compiles what one statement answers: the departments `here`; other departments' sections become holes."""

    shapes: Shapes
    here: frozenset[str]
    sections: Mapping[int, int]
    binds: Binds = field(default_factory=Binds)
    # From another customer's id to the same id, or NULL if that customer does not exist for the viewer.
    visible_customer: Callable[[Column], Column] | None = None

    def object(self, shape: Shape, fields: Mapping[str, tuple[Field, ...]], row: Row) -> Parts:
        """The object of this shape as JSON; of an interface or union, that of the row's own concrete type."""
        if shape.discriminator is None:
            return self._members(shape, fields.get(shape.type, ()), row)
        kind = shape.discriminator(row)
        branches = [
            (kind == literal(value), join(self._members(self.shapes[type_], fields.get(type_, ()), row)))
            for value, type_ in shape.variants.items()
        ]
        return (case(*branches, else_=literal("null")),)

    def _members(self, shape: Shape, fields: Sequence[Field], row: Row) -> Parts:
        return members((each.key, self.value(shape, each, row)) for each in fields)

    def value(self, shape: Shape, selected: Field, row: Row) -> Parts:
        """One field's value under its effect: shown, masked, or null."""
        if selected.name == "__typename":
            return (f'"{shape.type}"',)
        if selected.effect.kind is EffectKind.WITHHOLD:
            return NULL
        return self._shown(shape.coordinate(selected.name), selected, row)

    def _shown(self, coordinate: Coordinate, selected: Field, row: Row) -> Parts:
        if isinstance(coordinate, Value):
            return self._scalar(coordinate, selected, row)
        if isinstance(coordinate, OtherCustomer):
            return self._other_customer(coordinate, selected, row)
        allowed = row.subject.meets(selected.effect.condition)
        return when(allowed, self._composed(coordinate, selected, row.knowing(selected.effect.condition)))

    def _composed(self, coordinate: Coordinate, selected: Field, row: Row) -> Parts:
        match coordinate:
            case Amount():
                return self._money(coordinate, selected, row)
            case Total(rows=rows):
                total = rows(row, lambda amount, currency: join(self._total(selected, amount, currency)))
                return (func.coalesce(total.scalar_subquery(), literal("null")),)
            case Inside(type=type_, present=present):
                parts = self.object(self.shapes[type_], selected.fields, row)
                return when(present(row), parts) if present else parts
            case DepartmentLink(type=type_, name=name):
                return self._section(name, type_, selected, row)
            case SubjectLink():
                return self._section(CORE, "Customer", selected, row)
            case One() | Many() | Pages():
                return ListCompiler(self).value(coordinate, selected, row)
        raise TypeError(f"{selected.coordinate} is no coordinate that can be compiled")

    def _scalar(self, coordinate: Value, selected: Field, row: Row) -> Parts:
        value, effect = coordinate.expression(row), selected.effect
        if self._is_checked(selected):
            return self._checked_scalar(coordinate, selected, row)
        nullable = coordinate.nullable and is_nullable(value)
        if effect.mask is not None:
            value = mask_text(effect.mask, value)
        allowed = row.subject.meets(effect.condition)
        if allowed is not None:
            value = case((allowed, value))
        return spell(coordinate.kind, value, nullable=nullable or allowed is not None)

    def _other_customer(self, coordinate: OtherCustomer, selected: Field, row: Row) -> Parts:
        if self.visible_customer is None:
            return NULL
        visible = self.visible_customer(row[coordinate.column])
        return self._scalar(Value(Kind.WORD, lambda _: visible), selected, row)

    def _checked_scalar(self, coordinate: Value, selected: Field, row: Row) -> Parts:
        value, effect = coordinate.expression(row), selected.effect
        shown = value if effect.mask is None else mask_text(effect.mask, value)
        absent = [value.is_(None)] if coordinate.nullable and is_nullable(value) else []
        parts = spell(coordinate.kind, shown, nullable=False)
        parts = checked(is_valid(coordinate.kind, value), parts, self._bad_data(selected), *absent)
        return when(row.subject.meets(effect.condition), parts)

    def _is_checked(self, selected: Field) -> bool:
        shape = self.shapes.get(selected.type)
        return shape is not None and shape.is_checked

    def _bad_data(self, selected: Field) -> str:
        return bad_data_mark(self.shapes[selected.type].department, selected.coordinate)

    def _total(self, selected: Field, amount: Column, currency: Column) -> Parts:
        spelled = _spell_money(selected, amount, currency)
        if not self._is_checked(selected):
            return spelled
        valid = is_valid(Kind.DECIMAL, amount) & is_valid(Kind.WORD, currency)
        return checked(valid, spelled, self._bad_data(selected))

    def _money(self, coordinate: Amount, selected: Field, row: Row) -> Parts:
        amount, currency = coordinate.amount(row), coordinate.currency(row)
        if self._is_checked(selected):
            valid = is_valid(Kind.DECIMAL, amount) & is_valid(Kind.WORD, currency)
            absent = [amount.is_(None)] if is_nullable(amount) else []
            return checked(valid, _spell_money(selected, amount, currency), self._bad_data(selected), *absent)
        there = [value.is_not(None) for value in (amount, currency) if is_nullable(value)]
        return when(and_(*there) if there else None, _spell_money(selected, amount, currency))

    def _section(self, department: str, type_: str, selected: Field, row: Row) -> Parts:
        if department not in self.here and selected.needs_data:
            return self.hole(selected, row.subject)
        table = row.subject.customer if department == CORE else None
        here = Row(table if table is not None else row.table, row.subject)
        return self.object(self.shapes[type_], selected.fields, here)

    def hole(self, selected: Field, subject: Subject) -> Parts:
        assert subject.ordinal is not None
        return (f"{HOLE}{self.sections[id(selected)]}.", subject.ordinal, HOLE)


def mask_text(mask: Mask, value: Column) -> Column:
    """The masked text. Equal texts have equal masks."""
    match mask:
        case Mask.LAST4:
            # Of a short text fewer than four characters are shown, so that four stay hidden.
            shown = func.greatest(number(0), func.least(number(4), func.length(value) - number(4)))
            return literal("••••") + func.right(value, shown)
        case Mask.INITIAL:
            return func.left(value, 1) + literal(".")


def _spell_money(selected: Field, amount: Column, currency: Column) -> Parts:
    spelled: Mapping[str, Parts] = {
        "amount": spell(Kind.DECIMAL, amount, nullable=False),
        "currency": spell(Kind.WORD, currency, nullable=False),
        "__typename": ('"Money"',),
    }
    return members((each.key, spelled[each.name]) for each in selected.only_fields)

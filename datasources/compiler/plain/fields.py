"""From plan to functions: the fields of a source become one function that writes a customer's JSON from rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auth.policy.effects import ALWAYS, Condition, Effect, EffectKind
from datasources.compiler.plain.lists import ListWriter
from datasources.compiler.plain.needs import Needs
from datasources.compiler.plain.spelling import SPELLINGS, mask_text, quoted
from datasources.compiler.plain.texts import NULL, join_pieces, members, when
from datasources.holes import HOLE
from datasources.plan import Field
from datasources.sources.shapes import (
    Piece,
    PlainAmount,
    PlainCoordinate,
    PlainInside,
    PlainMany,
    PlainOne,
    PlainPages,
    PlainRow,
    PlainShape,
    PlainShapes,
    PlainSubject,
    PlainValue,
    Reads,
    Write,
)


@dataclass(frozen=True, slots=True)
class FieldWriter:
    """Compiles the answers of one source. A condition on flags is tested unless it is `known` to hold."""

    shapes: PlainShapes
    sections: Mapping[int, int]
    needs: Needs = field(default_factory=Needs)

    def object(self, shape: PlainShape, fields: Mapping[str, tuple[Field, ...]], known: Condition = ALWAYS) -> Piece:
        """The object of this shape; of an interface or union, that of the row's own concrete type."""
        if shape.discriminator is None:
            return self._members(shape, fields.get(shape.type, ()), known)
        self.needs.add_reads(shape, shape.discriminator)
        branches = {
            value: self._members(self.shapes[type_], fields.get(type_, ()), known)
            for value, type_ in shape.variants.items()
        }
        return _branching(shape.discriminator, branches)

    def _members(self, shape: PlainShape, fields: Sequence[Field], known: Condition) -> Piece:
        return members((each.key, self._value(shape, each, known)) for each in fields)

    def _value(self, shape: PlainShape, selected: Field, known: Condition) -> Piece:
        """One field's value under its effect: shown, masked, or null."""
        if selected.name == "__typename":
            return f'"{shape.type}"'
        if selected.effect.kind is EffectKind.WITHHOLD:
            return NULL
        coordinate, condition = shape.fields[selected.name], selected.effect.condition
        return when(condition, known, self._shown(shape, coordinate, selected, known & condition))

    def _shown(self, shape: PlainShape, coordinate: PlainCoordinate, selected: Field, known: Condition) -> Piece:
        match coordinate:
            case PlainValue():
                self.needs.add_reads(shape, coordinate.value)
                return _scalar(coordinate, selected.effect)
            case PlainAmount():
                self.needs.add_reads(shape, coordinate.amount)
                self.needs.add_reads(shape, coordinate.currency)
                return _money(coordinate, selected)
            case PlainInside():
                return self._inside(shape, coordinate, selected, known)
            case PlainOne() | PlainMany() | PlainPages():
                return ListWriter(self).value(shape, coordinate, selected, known)
        return self._customer(selected)

    def _inside(self, shape: PlainShape, coordinate: PlainInside, selected: Field, known: Condition) -> Piece:
        piece = self.object(self.shapes[coordinate.type], selected.fields, known)
        if coordinate.present is None:
            return piece
        self.needs.add_reads(shape, coordinate.present)
        return _branching(coordinate.present, {True: piece})

    def _customer(self, selected: Field) -> Piece:
        """Back to the customer: a hole that core fills, unless all of the selection is withheld."""
        if selected.needs_data:
            return join_pieces((f"{HOLE}{self.sections[id(selected)]}.", lambda _, subject: f"{subject.ordinal}{HOLE}"))
        return members(
            (each.key, f'"{each.type}"' if each.name == "__typename" else NULL) for each in selected.only_fields
        )


def _branching(reads: Reads, branches: Mapping[Any, Piece]) -> Write:
    writes = {value: join_pieces((piece,)) for value, piece in branches.items()}

    def write(row: PlainRow, subject: PlainSubject) -> str:
        piece = writes.get(reads(row, subject), NULL)
        return piece if isinstance(piece, str) else piece(row, subject)

    return write


def _scalar(coordinate: PlainValue, effect: Effect) -> Write:
    read, spell, mask = coordinate.value.read, SPELLINGS[coordinate.kind], effect.mask

    def write(row: PlainRow, subject: PlainSubject) -> str:
        value = read(row, subject)
        return NULL if value is None else spell(value)

    def write_masked(row: PlainRow, subject: PlainSubject) -> str:
        assert mask is not None
        value = read(row, subject)
        return NULL if value is None else spell(mask_text(mask, value))

    return write if mask is None else write_masked


def _money(coordinate: PlainAmount, selected: Field) -> Write:
    amount, currency = coordinate.amount.read, coordinate.currency.read
    typename = '"Money"'

    def write(row: PlainRow, subject: PlainSubject) -> str:
        values = {"amount": amount(row, subject), "currency": currency(row, subject)}
        if None in values.values():
            return NULL
        shown = (
            (each.key, quoted(values[each.name]) if each.name in values else typename) for each in selected.only_fields
        )
        return "{" + ",".join([f'"{key}":{text}' for key, text in shown]) + "}"

    return write

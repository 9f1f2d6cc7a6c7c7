"""From plan to reading: a root field's sections of one source become functions, and a list of the columns they read."""

from collections.abc import Iterator, Mapping, Sequence

from auth.policy.effects import ALWAYS, Condition
from datasources.compiler.plain.fields import FieldWriter
from datasources.compiler.plain.lists import ListWriter
from datasources.compiler.plain.texts import NULL, as_write, when
from datasources.compiler.sections import Section
from datasources.engine.running.reading import OwnerLookup, Reading
from datasources.entries import Root, RootObject
from datasources.sources.shapes import Piece, PlainSubject
from datasources.sources.source import Source


def reading(source: Source, root: Root, sections: Sequence[Section], numbers: Mapping[int, int]) -> Reading:
    """The source's `sections` of a root field. `numbers` are those of all its sections, by the id of the field."""
    writer = FieldWriter(source.shapes, numbers)
    writes = tuple(as_write(_section(writer, root, each)) for each in sections)
    columns = {resource: tuple(sorted(names)) for resource, names in sorted(writer.needs.columns.items())}
    conditions = frozenset(condition for each in sections for condition in _conditions(each))
    return Reading(source.department, conditions, columns, tuple(each.number for each in sections), writes)


def owner_lookup(source: Source, wanted: RootObject) -> OwnerLookup:
    """Looks up the customer of the object that the root field finds."""
    resource = source.shapes[wanted.type].resource
    assert resource is not None
    assert wanted.value is not None
    return OwnerLookup(source.department, resource, wanted.column, wanted.value)


def _conditions(section: Section) -> Iterator[Condition]:
    """For a customer who meets none of these, the section is null."""
    if section.root is not None:
        yield section.root.condition
        return
    for each in section.field.only_fields:
        if each.effect.shows and each.name != "__typename":
            yield each.effect.condition


def _section(writer: FieldWriter, root: Root, section: Section) -> Piece:
    if section.root is not None:
        piece = _root_object(writer, section.root)
    else:
        piece = writer.object(writer.shapes[section.type], section.field.fields)
    return _in_batch(section.batch, piece) if root.entry.names_rows else piece


def _in_batch(number: int, piece: Piece) -> Piece:
    """Null for the customers of other batches, because their selections differ."""
    write = as_write(piece)
    return lambda row, subject: write(row, subject) if subject.batch == number else NULL


def _root_object(writer: FieldWriter, wanted: RootObject) -> Piece:
    """The object where the viewer may look it up and may know of it, otherwise null."""

    def value(subject: PlainSubject) -> str | None:
        return subject.row if wanted.value is None else str(wanted.value.read(subject.variables))

    write = ListWriter(writer).matching(writer.shapes[wanted.type], wanted.column, value, wanted.field)
    return when(wanted.condition, ALWAYS, when(wanted.field.effect.condition, wanted.condition, write))

"""From plan to reading: what a root field asks of one source becomes functions, and a list of what they read."""

from collections.abc import Iterator, Mapping, Sequence

from auth.policy.effects import ALWAYS, Condition
from datasources.compiler.plain.fields import FieldWriter
from datasources.compiler.plain.lists import ListWriter
from datasources.compiler.plain.texts import NULL, as_write, when
from datasources.compiler.sections import Section
from datasources.engine.running.reading import Reading, Search
from datasources.plan import Batch, Entities, OneObject, Root
from datasources.sources.shapes import Piece
from datasources.sources.source import IDENTITY, Source


def reading(source: Source, root: Root, sections: Sequence[Section], numbers: Mapping[int, int]) -> Reading:
    """What the source answers: its `sections`. `numbers` are those of all sections of the root field."""
    writer = FieldWriter(source.shapes, numbers)
    writes = tuple(as_write(_section(writer, root, each)) for each in sections)
    columns = {resource: tuple(sorted(names)) for resource, names in sorted(writer.needs.columns.items())}
    conditions = frozenset(condition for each in sections for condition in _conditions(root, each))
    return Reading(source.department, conditions, columns, tuple(each.number for each in sections), writes)


def search(source: Source, entry: OneObject) -> Search:
    """Asks the source for the customer of the object that the root field finds."""
    resource = source.shapes[entry.type].resource
    assert resource is not None
    return Search(source.department, resource, entry.find.by, entry.find.value)


def _conditions(root: Root, section: Section) -> Iterator[Condition]:
    """Of a customer who meets none of these, the section shows nothing."""
    match root.entry:
        case OneObject() as one if section.asked is root.asked:
            yield one.find.effect.condition
            return
        case Entities(batches=batches) if section.asked is batches[section.batch].asked:
            yield batches[section.batch].by.condition
            return
    for each in section.asked.only_fields:
        if each.effect.shows and each.name != "__typename":
            yield each.effect.condition


def _section(writer: FieldWriter, root: Root, section: Section) -> Piece:
    match root.entry:
        case OneObject() as one if section.asked is root.asked:
            return _object(writer, root, one)
        case Entities(batches=batches):
            return _of_batch(section.batch, _entity(writer, section, batches[section.batch]))
    return _below(writer, section)


def _entity(writer: FieldWriter, section: Section, batch: Batch) -> Piece:
    if section.asked is not batch.asked:
        return _below(writer, section)
    found = ListWriter(writer).found(writer.shapes[batch.type], IDENTITY, lambda subject: subject.row, batch.asked)
    return when(batch.by.condition, ALWAYS, found)


def _of_batch(number: int, piece: Piece) -> Piece:
    """Nothing for the customers of other batches, who are asked something else."""
    write = as_write(piece)
    return lambda row, subject: write(row, subject) if subject.batch == number else NULL


def _below(writer: FieldWriter, section: Section) -> Piece:
    return writer.object(writer.shapes[section.type], section.asked.fields)


def _object(writer: FieldWriter, root: Root, entry: OneObject) -> Piece:
    """The object, where the viewer may look it up and may know of it; null otherwise."""
    read = entry.find.value.read
    shape = writer.shapes[entry.type]
    found = ListWriter(writer).found(shape, entry.find.by, lambda subject: str(read(subject.variables)), root.asked)
    condition = entry.find.effect.condition
    return when(condition, ALWAYS, when(root.asked.effect.condition, condition, found))

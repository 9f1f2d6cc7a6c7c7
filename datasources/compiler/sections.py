"""Sections: the parts of an answer at which a selection crosses from one database into another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auth.departments import CORE
from datasources.plan import Entities, Field, OneObject, Root
from datasources.shapes import DepartmentLink, Shapes, SubjectLink

# The department that is to answer, the type of the object, and the field that asks for it.
Crossing = tuple[str, str, Field]


@dataclass(frozen=True, slots=True)
class Section:
    """A part that stands apart from what surrounds it: one text for each customer.

    Its number fills the hole that the surrounding text leaves. Of entities, it is asked of those of one batch.
    """

    number: int
    department: str
    type: str
    asked: Field
    batch: int = 0


@dataclass(frozen=True, slots=True)
class SectionFinder:
    """Finds sections for one arrangement of departments over databases."""

    shapes: Shapes
    homes: Mapping[str, str]

    def find(self, root: Root) -> list[Section]:
        crossings = self._from_root(root)
        return [Section(number, *crossing, batch) for number, (batch, crossing) in enumerate(crossings)]

    def asked(self, home: str, root: Root) -> tuple[str, ...]:
        """The departments whose data a database is asked for: of those it holds, whom the root reaches."""
        apart = SectionFinder(self.shapes, {department: department for department in self.homes})
        reached = {CORE, *(section.department for section in apart.find(root))}
        return tuple(department for department, at in self.homes.items() if at == home and department in reached)

    def _from_root(self, root: Root) -> Iterator[tuple[int, Crossing]]:
        match root.entry:
            case Entities(batches=batches):
                for number, batch in enumerate(batches):
                    yield from ((number, each) for each in self._from_object(batch.type, batch.asked))
            case OneObject(type=type_):
                yield from ((0, each) for each in self._from_object(type_, root.asked))
            case _:
                yield from ((0, each) for each in self._below(root.asked, self.homes[CORE]))

    def _from_object(self, type_: str, asked: Field) -> Iterator[Crossing]:
        owner = self.shapes[type_].department
        if self.homes[owner] != self.homes[CORE]:
            yield owner, type_, asked
        yield from self._below(asked, self.homes[owner])

    def _below(self, asked: Field, home: str) -> Iterator[Crossing]:
        for fields in asked.fields.values():
            for each in fields:
                target = self._target(each)
                if target is None:
                    yield from self._below(each, home)
                    continue
                department, type_ = target
                if self.homes[department] != home:
                    yield department, type_, each
                yield from self._below(each, self.homes[department])

    def _target(self, asked: Field) -> tuple[str, str] | None:
        """The department and type that a field leads to, if it is one that leads to another department."""
        shape = self.shapes.get(asked.type)
        match shape.coordinate(asked.name) if shape and asked.effect.shows and asked.is_told else None:
            case DepartmentLink(type=type_, name=name):
                return name, type_
            case SubjectLink():
                return CORE, "Customer"
        return None

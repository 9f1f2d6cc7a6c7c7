"""Sections: the parts of an answer at which a selection crosses from one database into another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from datasources.compiler.fields import CORE
from datasources.plan import Entities, Field, OneObject, Root
from datasources.shapes import Department, Shapes, SubjectLink


@dataclass(frozen=True, slots=True)
class Section:
    """A part that stands apart from what surrounds it: one text for each customer.

    Its number fills the hole that the surrounding text leaves.
    """

    number: int
    department: str
    type: str
    asked: Field


@dataclass(frozen=True, slots=True)
class SectionFinder:
    """Finds sections for one arrangement of departments over databases."""

    shapes: Shapes
    homes: Mapping[str, str]

    def find(self, root: Root) -> list[Section]:
        crossings = self._from_root(root)
        return [Section(number, *crossing) for number, crossing in enumerate(crossings)]

    def _from_root(self, root: Root) -> Iterator[tuple[str, str, Field]]:
        home = self.homes[CORE]
        if isinstance(root.entry, OneObject | Entities):
            owner = self.shapes[root.entry.type].department
            if self.homes[owner] != home:
                yield owner, root.entry.type, root.asked
            home = self.homes[owner]
        yield from self._below(root.asked, home)

    def _below(self, asked: Field, home: str) -> Iterator[tuple[str, str, Field]]:
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
        match shape.fields.get(asked.name) if shape and asked.effect.shows and asked.is_told else None:
            case Department(type=type_, name=name):
                return name, type_
            case SubjectLink():
                return CORE, "Customer"
        return None

"""Sections: the parts of an answer at which a selection crosses from one database into another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from auth.departments import CORE
from datasources.entries import Root, RootObject
from datasources.ids import CUSTOMER
from datasources.plan import Field
from datasources.shapes import DepartmentLink, Shapes, SubjectLink


@dataclass(frozen=True, slots=True)
class Crossing:
    """A field whose object another department answers. `root` is that object if the root itself finds it."""

    department: str
    type: str
    field: Field
    batch: int
    root: RootObject | None = None


@dataclass(frozen=True, slots=True)
class Section(Crossing):
    """A crossing with the number of the hole that its texts fill, one for each customer.

    Of entities, it concerns the customers of one batch.
    """

    number: int = 0

    def narrowed(self, field: Field) -> "Section":
        """The section with one field of its object alone."""
        alone = replace(self.field, fields=dict.fromkeys(self.field.fields, (field,)))
        return replace(self, field=alone, root=self.root and replace(self.root, field=alone))


@dataclass(frozen=True, slots=True)
class SectionFinder:
    """Finds sections for one arrangement of departments over databases."""

    shapes: Shapes
    homes: Mapping[str, str]

    def find(self, root: Root) -> list[Section]:
        return [
            Section(each.department, each.type, each.field, each.batch, each.root, number)
            for number, each in enumerate(self._crossings(root))
        ]

    def departments_at(self, home: str, root: Root) -> tuple[str, ...]:
        """The departments of one database that the root reads."""
        each_apart = SectionFinder(self.shapes, {department: department for department in self.homes})
        reached = {CORE, *(section.department for section in each_apart.find(root))}
        return tuple(department for department, at in self.homes.items() if at == home and department in reached)

    def _crossings(self, root: Root) -> Iterator[Crossing]:
        objects = root.entry.objects(root.field)
        if not objects:
            yield from self._below(root.field, self.homes[CORE], 0)
        for each in objects:
            owner = self.shapes[each.type].department
            if self.homes[owner] != self.homes[CORE]:
                yield Crossing(owner, each.type, each.field, each.batch, each)
            yield from self._below(each.field, self.homes[owner], each.batch)

    def _below(self, field: Field, home: str, batch: int) -> Iterator[Crossing]:
        for fields in field.fields.values():
            for each in fields:
                target = self._target(each)
                if target is None:
                    yield from self._below(each, home, batch)
                    continue
                department, type_ = target
                if self.homes[department] != home:
                    yield Crossing(department, type_, each, batch)
                yield from self._below(each, self.homes[department], batch)

    def _target(self, field: Field) -> tuple[str, str] | None:
        """The department and type that a field leads to, if it leads to another department."""
        shape = self.shapes.get(field.type)
        match shape.coordinate(field.name) if shape and field.effect.shows and field.needs_data else None:
            case DepartmentLink(type=type_, name=name):
                return name, type_
            case SubjectLink():
                return CORE, CUSTOMER
        return None

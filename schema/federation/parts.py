"""The part of the whole graph that each department owns: its roots, its field of the customer, and the types below."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_input_object_type,
    is_interface_type,
    is_object_type,
    is_union_type,
)

from auth.departments import CORE, DEPARTMENTS
from datasources.departments import SHAPES
from datasources.ids import CUSTOMER
from datasources.shapes import DepartmentLink
from resolvers.root_types import QUERY

NODE = "Node"
# Named by the directive that every field carries.
DIRECTIVE_TYPES = ("Department",)


@dataclass(frozen=True, slots=True)
class Part:
    """One department's part: the types it holds, and of each object type the fields.

    `entities` are the types that it resolves by their ids, `references` those of others that it only names.
    """

    department: str
    types: frozenset[str]
    fields: Mapping[str, tuple[str, ...]]
    entities: tuple[str, ...]
    references: tuple[str, ...]


def parts(whole: GraphQLSchema) -> Mapping[str, Part]:
    """Every department's part, by its name."""
    return {department: _Reach(whole, department).part() for department in DEPARTMENTS}


def shared_types(parts: Iterable[Part]) -> frozenset[str]:
    """The types that several departments define alike: objects without an id."""
    seen: set[str] = set()
    twice: set[str] = set()
    for part in parts:
        values = part.fields.keys() - {QUERY, *part.entities, *part.references}
        twice |= seen & values
        seen |= values
    return frozenset(twice)


@dataclass(frozen=True, slots=True)
class _Reach:
    """The types that a department's fields reach, up to the customer: other departments own what is behind it."""

    whole: GraphQLSchema
    department: str

    def part(self) -> Part:
        types = self._reached_types()
        objects = (self.whole.type_map[name] for name in types)
        fields = {each.name: tuple(self._fields(each)) for each in objects if is_object_type(each)}
        nodes = sorted(name for name in self._nodes() if name in types)
        return Part(
            self.department,
            frozenset(types),
            fields,
            tuple(name for name in nodes if not self._is_reference(name)),
            tuple(name for name in nodes if self._is_reference(name)),
        )

    def _reached_types(self) -> set[str]:
        reached: set[str] = set()
        waiting = [QUERY, CUSTOMER, *DIRECTIVE_TYPES]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += self._beyond(self.whole.type_map[name])
        return reached

    def _beyond(self, type_: GraphQLNamedType) -> Iterator[str]:
        if is_object_type(type_) or is_interface_type(type_):
            for field in self._fields(type_).values():
                yield from (get_named_type(argument.type).name for argument in field.args.values())
                yield get_named_type(field.type).name
            yield from (each.name for each in type_.interfaces)
        if is_union_type(type_) or (is_interface_type(type_) and self._names_all(type_)):
            yield from (each.name for each in self.whole.get_possible_types(type_))
        if is_input_object_type(type_):
            yield from (get_named_type(field.type).name for field in type_.fields.values())

    def _names_all(self, type_: GraphQLNamedType) -> bool:
        """Core's `node` may answer with any department's object; the others only know their own."""
        return type_.name != NODE or self.department == CORE

    def _fields(self, type_: GraphQLNamedType) -> dict[str, GraphQLField]:
        assert is_object_type(type_) or is_interface_type(type_)
        return {name: field for name, field in type_.fields.items() if self._has(type_.name, name, field)}

    def _has(self, type_: str, name: str, field: GraphQLField) -> bool:
        if name == "id":
            return True
        if type_ == QUERY:
            return self._owner(get_named_type(field.type).name) == self.department
        if type_ == CUSTOMER:
            section = SHAPES[CUSTOMER].fields.get(name)
            return self.department == (section.name if isinstance(section, DepartmentLink) else CORE)
        return not self._is_reference(type_)

    def _is_reference(self, name: str) -> bool:
        return name != CUSTOMER and name in self._nodes() and self._owner(name) != self.department

    def _owner(self, type_: str) -> str:
        return SHAPES[type_].department if type_ in self._nodes() else CORE

    def _nodes(self) -> list[str]:
        node = self.whole.type_map[NODE]
        assert is_interface_type(node)
        return [each.name for each in self.whole.get_possible_types(node)]

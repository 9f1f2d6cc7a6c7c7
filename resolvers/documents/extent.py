"""The extent of a document: fields, depth, aliases and breadth, counted on the syntax before validation."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from resolvers.codes import Code
from resolvers.refusal import refusal

Fragments = Mapping[str, FragmentDefinitionNode]


@dataclass(frozen=True, slots=True)
class Extent:
    """Of a selection: all its fields and aliases, depth, fields at its top (`roots`), and the most fields in one place.
    A fragment counts wherever it is used.
    """

    fields: int = 0
    aliases: int = 0
    depth: int = 0
    roots: int = 0
    breadth: int = 0

    def beside(self, other: "Extent") -> "Extent":
        roots = self.roots + other.roots
        return Extent(
            self.fields + other.fields,
            self.aliases + other.aliases,
            max(self.depth, other.depth),
            roots,
            max(self.breadth, other.breadth, roots),
        )

    def under(self, field: FieldNode) -> "Extent":
        """The extent of the field that has this selection."""
        is_alias = field.alias is not None
        return Extent(self.fields + 1, self.aliases + is_alias, self.depth + 1, 1, max(self.breadth, 1))


def extent(document: DocumentNode, fragments: Fragments) -> Extent:
    """The maximum over the document's operations and fragments. The work grows with the document's length, because
    fragments are measured once and not expanded. `fragments` are in the order of `fragments_in_order`.
    """
    measured: dict[str, Extent] = {}
    for name, fragment in fragments.items():
        measured[name] = _measure(fragment.selection_set, measured)
    operations = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    # A fragment's top fields are root fields only where an operation spreads it at its top.
    below = (replace(each, roots=0) for each in measured.values())
    return _maximum((*below, *(_measure(each.selection_set, measured) for each in operations)))


def fragments_in_order(document: DocumentNode) -> Fragments:
    """The fragments by name, each after those that it uses. Raises OperationRefused for a cycle."""
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    uses = {
        name: [each for each in _spreads(fragment.selection_set) if each in fragments]
        for name, fragment in fragments.items()
    }
    try:
        return {name: fragments[name] for name in TopologicalSorter(uses).static_order()}
    except CycleError:
        message = "Fragments use each other in a circle, so that the operation has no end."
        raise refusal(Code.GRAPHQL_VALIDATION_FAILED, message) from None


def _spreads(selected: SelectionSetNode) -> set[str]:
    names, pending = set[str](), [selected]
    while pending:
        for each in pending.pop().selections:
            if isinstance(each, FragmentSpreadNode):
                names.add(each.name.value)
            elif isinstance(each, FieldNode | InlineFragmentNode) and each.selection_set is not None:
                pending.append(each.selection_set)
    return names


def _measure(selected: SelectionSetNode | None, measured: Mapping[str, Extent]) -> Extent:
    total = Extent()
    for each in selected.selections if selected is not None else ():
        if isinstance(each, FieldNode):
            total = total.beside(_measure(each.selection_set, measured).under(each))
        elif isinstance(each, FragmentSpreadNode):
            total = total.beside(measured.get(each.name.value, Extent()))
        elif isinstance(each, InlineFragmentNode):
            total = total.beside(_measure(each.selection_set, measured))
    return total


def _maximum(extents: Iterable[Extent]) -> Extent:
    each = [*extents, Extent()]
    return Extent(
        max(one.fields for one in each),
        max(one.aliases for one in each),
        max(one.depth for one in each),
        max(one.roots for one in each),
        max(one.breadth for one in each),
    )

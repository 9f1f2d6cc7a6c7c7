"""How far a document goes, counted on its syntax before anything is looked up: each fragment is read once."""

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
    """Of a selection: the fields and aliases in all of it, how deep it goes, and its fields at the top and at most in
    one place. A fragment counts wherever it is used.
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
        """Of the field whose selection this is."""
        is_alias = field.alias is not None
        return Extent(self.fields + 1, self.aliases + is_alias, self.depth + 1, 1, max(self.breadth, 1))


def extent(document: DocumentNode, fragments: Fragments) -> Extent:
    """The most that one operation of the document, or a fragment of it, comes to. The work grows with the document's
    length alone: what a fragment comes to is multiplied, never expanded. `fragments` are in their order.
    """
    known: dict[str, Extent] = {}
    for name, fragment in fragments.items():
        known[name] = _of(fragment.selection_set, known)
    operations = (each for each in document.definitions if isinstance(each, OperationDefinitionNode))
    # What a fragment has at its top is at the top of an operation only if one uses it there.
    below = (replace(each, roots=0) for each in known.values())
    return _greatest((*below, *(_of(each.selection_set, known) for each in operations)))


def ordered(document: DocumentNode) -> Fragments:
    """The fragments by name, each after those that it uses. Raises Refusal where they go round in a circle."""
    found = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    uses = {
        name: [each for each in _spreads(fragment.selection_set) if each in found] for name, fragment in found.items()
    }
    try:
        return {name: found[name] for name in TopologicalSorter(uses).static_order()}
    except CycleError:
        message = "Fragments use each other in a circle, so that the operation has no end."
        raise refusal(Code.GRAPHQL_VALIDATION_FAILED, message) from None


def _spreads(selected: SelectionSetNode) -> set[str]:
    found, waiting = set[str](), [selected]
    while waiting:
        for each in waiting.pop().selections:
            if isinstance(each, FragmentSpreadNode):
                found.add(each.name.value)
            elif isinstance(each, FieldNode | InlineFragmentNode) and each.selection_set is not None:
                waiting.append(each.selection_set)
    return found


def _of(selected: SelectionSetNode | None, known: Mapping[str, Extent]) -> Extent:
    total = Extent()
    for each in selected.selections if selected is not None else ():
        if isinstance(each, FieldNode):
            total = total.beside(_of(each.selection_set, known).under(each))
        elif isinstance(each, FragmentSpreadNode):
            total = total.beside(known.get(each.name.value, Extent()))
        elif isinstance(each, InlineFragmentNode):
            total = total.beside(_of(each.selection_set, known))
    return total


def _greatest(extents: Iterable[Extent]) -> Extent:
    each = [*extents, Extent()]
    return Extent(
        max(one.fields for one in each),
        max(one.aliases for one in each),
        max(one.depth for one in each),
        max(one.roots for one in each),
        max(one.breadth for one in each),
    )

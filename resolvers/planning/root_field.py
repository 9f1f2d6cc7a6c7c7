"""A root field as it was asked: its arguments and selection, and whether the viewer may know of what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import FieldNode, GraphQLObjectType

from auth.policy.effects import Effect, Use
from datasources.departments import SHAPES
from datasources.plan import Field
from datasources.shapes import Many, Pages
from resolvers.documents.selection import Nodes
from resolvers.planning.arguments import Given
from resolvers.planning.fields import Planner


@dataclass(frozen=True, slots=True)
class Asked:
    """A root field as it was asked."""

    planner: Planner
    query: GraphQLObjectType
    key: str
    nodes: Nodes
    given: Mapping[str, Given]

    @property
    def node(self) -> FieldNode:
        return self.nodes[0]

    @property
    def coordinate(self) -> str:
        return f"Query.{self.node.name.value}"

    def exists(self, coordinate: str | None = None) -> Effect | None:
        """The effect on there being such an object at all; None, and noted, where it is withheld."""
        return self.may(coordinate or self.coordinate, Use.ITEM)

    def may(self, coordinate: str, use: Use) -> Effect | None:
        effect = self.planner.effect(coordinate, use)
        if effect.allows:
            self.planner.disclose(coordinate if use is Use.ITEM else f"{coordinate}:{use}", effect)
            return effect
        self.planner.note(coordinate, (self.key,), effect)
        return None

    def field(self, type_: str, effect: Effect) -> Field:
        """What is asked of the type: of an interface's selection, as much as applies to it."""
        fields = self.planner.selection(type_, self.planner.selector.below(self.nodes), (self.key,))
        return Field(self.key, "Query", self.node.name.value, effect, fields=fields)


def list_of(type_: str) -> str:
    """The coordinate of the list that holds objects of the type: its category says that they exist.

    The whole graph's shapes tell it: a subgraph knows no lists of other departments.
    """
    for shape in SHAPES.values():
        for name, coordinate in shape.fields.items():
            if isinstance(coordinate, Many | Pages) and coordinate.type == type_:
                return f"{shape.type}.{name}"
    raise LookupError(f"no list holds {type_}")

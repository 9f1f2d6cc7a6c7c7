"""A root field of an operation: its arguments and selection, and the effects on what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import FieldNode, GraphQLObjectType

from auth.policy.effects import Effect, Use
from datasources.departments import SHAPES
from datasources.plan import Field
from datasources.shapes import Many, Pages
from resolvers.documents.selection import Nodes
from resolvers.planning.arguments import Argument
from resolvers.planning.fields import Planner


@dataclass(frozen=True, slots=True)
class RootField:
    """All nodes of the operation with one response key, on the root type."""

    planner: Planner
    type: GraphQLObjectType
    key: str
    nodes: Nodes
    arguments: Mapping[str, Argument]

    @property
    def node(self) -> FieldNode:
        return self.nodes[0]

    @property
    def coordinate(self) -> str:
        return f"{self.type.name}.{self.node.name.value}"

    def existence(self, coordinate: str | None = None) -> Effect | None:
        """The effect on the object's existence; None, and noted as withheld, if the class may not know of it."""
        return self.allowed_effect(coordinate or self.coordinate, Use.ITEM)

    def allowed_effect(self, coordinate: str, use: Use) -> Effect | None:
        """The effect, noted as disclosed; None, and noted as withheld, if the grant does not allow the use."""
        effect = self.planner.effect(coordinate, use)
        if effect.allows:
            self.planner.disclose(coordinate if use is Use.ITEM else f"{coordinate}:{use}", effect)
            return effect
        self.planner.note_withheld(coordinate, (self.key,), effect)
        return None

    def field(self, type_: str, effect: Effect) -> Field:
        """The plan's field with the selection on this type; of an interface's selection, the part that applies."""
        fields = self.planner.selection(type_, self.planner.selector.below(self.nodes), (self.key,))
        return Field(self.key, self.type.name, self.node.name.value, effect, fields=fields)


def list_of(type_: str) -> str:
    """The coordinate of the list that holds objects of the type. Its category decides whether they exist.

    It is looked up in the whole graph's shapes, because a subgraph has no lists of other departments.
    """
    for shape in SHAPES.values():
        for name, coordinate in shape.fields.items():
            if isinstance(coordinate, Many | Pages) and coordinate.type == type_:
                return f"{shape.type}.{name}"
    raise LookupError(f"no list holds {type_}")

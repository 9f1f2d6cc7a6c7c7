"""The planner: selection and grant become a plan. The only door to a customer's data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_object_type,
)

from auth.policy.effects import UNGOVERNED, Effect, EffectKind, Use
from auth.policy.grant import Grant
from datasources.plan import Field, Filter, Order, Parameter
from datasources.shapes import Amount, Key, Many, Pages, Shapes, Total, Value
from resolvers.codes import Code
from resolvers.contract import Contract
from resolvers.documents.selection import Nodes, Selector
from resolvers.planning import arguments
from resolvers.planning.arguments import PAGE_ARGUMENTS, Given
from resolvers.refusal import OperationRefused, refusal

# An operation that asks for more fields than this, after its fragments are expanded, is refused.
MAX_FIELDS_PER_OPERATION = 5_000


@dataclass(frozen=True, slots=True)
class Withheld:
    """A coordinate that this grant masks or withholds for every row, and where in the answer it was asked for."""

    coordinate: str
    path: tuple[str, ...]
    effect: Effect


@dataclass(slots=True)
class Planner:
    """Plans one operation for one grant.

    What it withholds from every row gathers in `withheld`, in the order of the answer; what it shows, or tells by a
    filter or an order, in `disclosed`.
    """

    contract: Contract
    shapes: Shapes
    grant: Grant
    selector: Selector
    withheld: list[Withheld] = field(default_factory=list)
    disclosed: dict[str, Effect] = field(default_factory=dict)
    _fields: int = 0

    def effect(self, coordinate: str, use: Use = Use.ITEM) -> Effect:
        """What the grant does with a coordinate. One without a category is withheld, whatever the policy says."""
        return self.grant.effect(self.contract.categories[coordinate], use)

    def selection(
        self, type_name: str, sets: Sequence[SelectionSetNode], path: tuple[str, ...]
    ) -> Mapping[str, tuple[Field, ...]]:
        """What is asked of a type: for an interface or union, of each of its concrete types."""
        type_ = self.contract.schema.get_type(type_name)
        if is_object_type(type_):
            return {type_name: self._object(type_, sets, path)}
        if is_abstract_type(type_):
            possible = self.contract.schema.get_possible_types(type_)
            return {each.name: self._object(each, sets, path) for each in possible}
        return {}

    def _object(
        self, type_: GraphQLObjectType, sets: Sequence[SelectionSetNode], path: tuple[str, ...]
    ) -> tuple[Field, ...]:
        collected = self.selector.fields(type_, sets)
        return tuple(self._field(type_, key, nodes, (*path, key)) for key, nodes in collected.items())

    def _field(self, type_: GraphQLObjectType, key: str, nodes: Nodes, path: tuple[str, ...]) -> Field:
        self._count()
        name = nodes[0].name.value
        if name == "__typename":
            return Field(key, type_.name, name)
        coordinate = f"{type_.name}.{name}"
        effect = self._shown_effect(type_, name)
        if effect.kind is not EffectKind.ALLOW:
            self.note(coordinate, path, effect)
        if not effect.shows:
            return Field(key, type_.name, name, effect)
        self.disclose(coordinate, effect)
        return self._asked(type_, key, nodes, effect, path)

    def _asked(self, type_: GraphQLObjectType, key: str, nodes: Nodes, effect: Effect, path: tuple[str, ...]) -> Field:
        definition = type_.fields[nodes[0].name.value]
        target = get_named_type(definition.type).name
        asked = Field(
            key,
            type_.name,
            nodes[0].name.value,
            effect,
            fields=self.selection(target, self.selector.below(nodes), path),
        )
        return self._listed(asked, definition, nodes[0])

    def _listed(self, asked: Field, definition: GraphQLField, node: FieldNode) -> Field:
        shape = self.shapes.get(asked.type)
        coordinate = shape.coordinate(asked.name) if shape else None
        if not isinstance(coordinate, Many | Pages):
            return asked
        orders = self.default_orders(coordinate.type)
        if isinstance(coordinate, Many):
            return replace(asked, orders=orders)
        given = arguments.arguments(definition, node, self.selector.variables)
        narrowing = {name: each for name, each in given.items() if name not in PAGE_ARGUMENTS}
        filters = tuple(
            each
            for name, value in narrowing.items()
            if (each := self.filter(f"{asked.coordinate}({name}:)", name, value)) is not None
        )
        asked = replace(asked, fields=self.count_of_list(asked))
        return replace(asked, page=arguments.page(given), filters=filters, orders=orders)

    def count_of_list(self, asked: Field) -> Mapping[str, tuple[Field, ...]]:
        """`totalCount` is an aggregate over the list: its effect is that of the list's coordinate for aggregates."""
        effect = self.effect(asked.coordinate, Use.AGGREGATE)

        def counted(each: Field) -> Field:
            return replace(each, effect=effect) if each.name == "totalCount" else each

        return {name: tuple(counted(each) for each in fields) for name, fields in asked.fields.items()}

    def _shown_effect(self, type_: GraphQLObjectType, name: str) -> Effect:
        """A mask hides part of a text. What has a form of its own (a number, a phone number) cannot be masked in place,
        and is withheld instead.
        """
        effect = self.effect(f"{type_.name}.{name}")
        shape = self.shapes.get(type_.name)
        coordinate = shape.coordinate(name) if shape else None
        is_text = get_named_type(type_.fields[name].type).name == "String"
        if effect.kind is EffectKind.MASK and not is_text:
            if isinstance(coordinate, Value | Amount | Total):
                return replace(effect, kind=EffectKind.WITHHOLD, mask=None)
            return replace(effect, kind=EffectKind.ALLOW, mask=None)
        return effect

    def default_orders(self, type_name: str) -> tuple[Order, ...]:
        """A list's own order. Where the viewer may not order by a key, the list goes without it."""
        return tuple(self._order(type_name, key) for key in self.shapes[type_name].order)

    def _order(self, type_name: str, key: Key) -> Order:
        return Order(key.field, key.descending, self.effect(f"{type_name}.{key.field}", Use.ORDER))

    def order(self, coordinate: str, *, descending: bool) -> Order:
        """An order that the viewer asked for. Raises OperationRefused if their class may not order by it."""
        effect = self._used(coordinate, Use.ORDER)
        return Order(coordinate.partition(".")[2], descending, effect)

    def filter(self, place: str, name: str, given: Given) -> Filter | None:
        """A narrowing by an input or argument; None where null was given, which narrows nothing.

        Raises OperationRefused if the viewer's class may not filter by what it governs.
        """
        if given.now is None:
            return None
        use = self.contract.inputs[place]
        effect = self._used(use.coordinate, Use.FILTER)
        by = name if use.operator == "has" else use.coordinate.partition(".")[2]
        value = given.parameter
        if use.operator == "starts":
            read = given.read
            value = Parameter(lambda variables: read(variables).lower())
        return Filter(by, use.operator, value, effect)

    def _used(self, coordinate: str, use: Use) -> Effect:
        effect = self.effect(coordinate, use)
        if not effect.allows:
            raise withheld_use(coordinate, use, effect)
        self.disclose(f"{coordinate}:{use}", effect)
        return effect

    def note(self, coordinate: str, path: tuple[str, ...], effect: Effect) -> None:
        self.withheld.append(Withheld(coordinate, path, effect))

    def disclose(self, what: str, effect: Effect) -> None:
        """Note that the plan shows a coordinate, or uses it (`Customer.since:filter`)."""
        if effect is not UNGOVERNED:
            self.disclosed[what] = effect

    def _count(self) -> None:
        self._fields += 1
        if self._fields > MAX_FIELDS_PER_OPERATION:
            message = (
                f"The operation asks for more than {MAX_FIELDS_PER_OPERATION} fields once its fragments are expanded."
            )
            raise refusal(Code.BAD_USER_INPUT, message)


def withheld_use(coordinate: str, use: Use, effect: Effect) -> OperationRefused:
    """A use that the class may not make of a field: known from schema and class alone, so it says nothing of data."""
    return refusal(
        Code.USE_WITHHELD,
        f"You may not use {coordinate} for {use} for this purpose.",
        coordinate=coordinate,
        use=use,
        rule=effect.rule,
        article=effect.article,
        remedy=effect.remedy,
    )

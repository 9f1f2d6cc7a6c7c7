"""The planner: selection and grant become fields with effects. All access to a customer's data passes it."""

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
from datasources.plan import Field, Filter, Order
from datasources.shapes import Amount, Key, Many, OtherCustomer, Pages, Shapes, Total, Value
from resolvers.codes import Code
from resolvers.contract import Contract
from resolvers.documents.selection import Nodes, Selector
from resolvers.planning import arguments
from resolvers.planning.arguments import PAGE_ARGUMENTS, Argument
from resolvers.refusal import OperationRefused, refusal

# Fields of one operation, after its fragments are expanded.
MAX_FIELDS_PER_OPERATION = 5_000


@dataclass(frozen=True, slots=True)
class Withheld:
    """A coordinate that the grant masks or withholds for every row, and its path in the answer."""

    coordinate: str
    path: tuple[str, ...]
    effect: Effect


@dataclass(slots=True)
class Planner:
    """Plans one operation for one grant.

    `withheld` collects what the grant withholds from every row, in the order of the answer; `disclosed` what the plan
    shows, or reveals by a filter or an order.
    """

    contract: Contract
    shapes: Shapes
    grant: Grant
    selector: Selector
    withheld: list[Withheld] = field(default_factory=list)
    disclosed: dict[str, Effect] = field(default_factory=dict)
    _fields: int = 0

    def effect(self, coordinate: str, use: Use = Use.ITEM) -> Effect:
        """The effect of the grant on a coordinate. Raises KeyError for a coordinate without a category."""
        return self.grant.effect(self.contract.categories[coordinate], use)

    def selection(
        self, type_name: str, sets: Sequence[SelectionSetNode], path: tuple[str, ...]
    ) -> Mapping[str, tuple[Field, ...]]:
        """The fields selected on a type; for an interface or union, on each of its concrete types."""
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
            self.note_withheld(coordinate, path, effect)
        if not effect.shows:
            return Field(key, type_.name, name, effect)
        self.disclose(coordinate, effect)
        return self._shown_field(type_, key, nodes, effect, path)

    def _shown_field(
        self, type_: GraphQLObjectType, key: str, nodes: Nodes, effect: Effect, path: tuple[str, ...]
    ) -> Field:
        definition = type_.fields[nodes[0].name.value]
        target = get_named_type(definition.type).name
        selection = self.selection(target, self.selector.below(nodes), path)
        field = Field(key, type_.name, nodes[0].name.value, effect, fields=selection)
        return self._with_page(field, definition, nodes[0])

    def _with_page(self, field: Field, definition: GraphQLField, node: FieldNode) -> Field:
        shape = self.shapes.get(field.type)
        coordinate = shape.coordinate(field.name) if shape else None
        if not isinstance(coordinate, Many | Pages):
            return field
        orders = self.default_orders(coordinate.type)
        if isinstance(coordinate, Many):
            return replace(field, orders=orders)
        given = arguments.arguments(definition, node, self.selector.variables)
        filters = tuple(
            each
            for name, argument in given.items()
            if name not in PAGE_ARGUMENTS
            and (each := self.filter(f"{field.coordinate}({name}:)", name, argument)) is not None
        )
        field = replace(field, fields=self.count_of_list(field))
        return replace(field, page=arguments.page(given), filters=filters, orders=orders)

    def count_of_list(self, field: Field) -> Mapping[str, tuple[Field, ...]]:
        """The fields of a connection. `totalCount` has the effect of the list's coordinate for aggregates."""
        effect = self.effect(field.coordinate, Use.AGGREGATE)

        def govern(each: Field) -> Field:
            return replace(each, effect=effect) if each.name == "totalCount" else each

        return {name: tuple(govern(each) for each in fields) for name, fields in field.fields.items()}

    def _shown_effect(self, type_: GraphQLObjectType, name: str) -> Effect:
        """A mask hides part of a text. A value of another scalar (a number, a phone number) has no masked form, and is
        withheld instead.
        """
        effect = self.effect(f"{type_.name}.{name}")
        shape = self.shapes.get(type_.name)
        coordinate = shape.coordinate(name) if shape else None
        is_text = get_named_type(type_.fields[name].type).name == "String"
        if effect.kind is EffectKind.MASK and not is_text:
            if isinstance(coordinate, Value | Amount | Total | OtherCustomer):
                return replace(effect, kind=EffectKind.WITHHOLD, mask=None)
            return replace(effect, kind=EffectKind.ALLOW, mask=None)
        return effect

    def default_orders(self, type_name: str) -> tuple[Order, ...]:
        """A list's default order. The compiler drops a key that the viewer may not order by."""
        return tuple(self._order(type_name, key) for key in self.shapes[type_name].order)

    def _order(self, type_name: str, key: Key) -> Order:
        return Order(key.field, key.descending, self.effect(f"{type_name}.{key.field}", Use.ORDER))

    def order(self, coordinate: str, *, descending: bool) -> Order:
        """A requested order. Raises OperationRefused if the viewer's class may not order by the coordinate."""
        effect = self._allowed_effect(coordinate, Use.ORDER)
        return Order(coordinate.partition(".")[2], descending, effect)

    def filter(self, place: str, name: str, argument: Argument) -> Filter | None:
        """The filter of an input field or argument at `place`; None for null, which filters nothing.

        Raises OperationRefused if the viewer's class may not filter by the coordinate that the input governs.
        """
        if argument.value is None:
            return None
        governed = self.contract.inputs[place]
        effect = self._allowed_effect(governed.coordinate, Use.FILTER)
        by = name if governed.operator == "has" else governed.coordinate.partition(".")[2]
        return Filter(by, governed.operator, argument.parameter, effect)

    def _allowed_effect(self, coordinate: str, use: Use) -> Effect:
        effect = self.effect(coordinate, use)
        if not effect.allows:
            raise use_withheld(coordinate, use, effect)
        self.disclose(f"{coordinate}:{use}", effect)
        return effect

    def note_withheld(self, coordinate: str, path: tuple[str, ...], effect: Effect) -> None:
        self.withheld.append(Withheld(coordinate, path, effect))

    def disclose(self, what: str, effect: Effect) -> None:
        """Note that the plan shows a coordinate, or uses it otherwise (`Customer.since:filter`)."""
        if effect is not UNGOVERNED:
            self.disclosed[what] = effect

    def _count(self) -> None:
        self._fields += 1
        if self._fields > MAX_FIELDS_PER_OPERATION:
            message = (
                f"The operation asks for more than {MAX_FIELDS_PER_OPERATION} fields once its fragments are expanded."
            )
            raise refusal(Code.BAD_USER_INPUT, message)


def use_withheld(coordinate: str, use: Use, effect: Effect) -> OperationRefused:
    """The class may not use the coordinate so. It follows from schema and class alone, so it reveals no data."""
    return refusal(
        Code.USE_WITHHELD,
        f"You may not use {coordinate} for {use} for this purpose.",
        coordinate=coordinate,
        use=use,
        rule=effect.rule,
        article=effect.article,
        remedy=effect.remedy,
        **({"by": effect.by} if effect.by is not None else {}),
    )

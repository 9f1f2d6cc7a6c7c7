"""The estimated cost of an operation in points: the objects of its answer, and the statements for them."""

from dataclasses import dataclass
from math import ceil

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_leaf_type,
)

from resolvers import prices
from resolvers.documents.selection import Selector
from resolvers.prices import Pricing


@dataclass(frozen=True, slots=True)
class Sum:
    """Points of a selection: those that count once, and those that count for each entry of the page above it."""

    once: float = 0.0
    each: float = 0.0

    def plus(self, other: "Sum") -> "Sum":
        return Sum(self.once + other.once, self.each + other.each)


@dataclass(frozen=True, slots=True)
class Cost:
    """Points of an operation, and the part of them for computed values, such as counts."""

    points: int
    values: int = 0


def cost(pricing: Pricing, selector: Selector, operation: OperationDefinitionNode) -> Cost:
    """The cost of a valid operation. The work grows with the document's length, because each fragment is summed once.

    It is an upper bound: a field that occurs twice under one response key counts twice.
    """
    points = _points(_Calculation(pricing, selector, {}), operation)
    return Cost(points, _points(_Calculation(pricing, selector, {}, counts_objects=False), operation))


def _points(calculation: "_Calculation", operation: OperationDefinitionNode) -> int:
    selector = calculation.selector
    # The fragments are in order: each comes after those that it uses.
    for name, fragment in selector.fragments.items():
        type_ = selector.schema.get_type(fragment.type_condition.name.value)
        calculation.fragments[name] = calculation.sum(type_, fragment.selection_set)
    root_type = selector.schema.get_root_type(operation.operation)
    return ceil(calculation.sum(root_type, operation.selection_set).once)


@dataclass(frozen=True, slots=True)
class _Calculation:
    pricing: Pricing
    selector: Selector
    fragments: dict[str, Sum]
    counts_objects: bool = True

    def sum(self, type_: GraphQLNamedType | None, selected: SelectionSetNode | None) -> Sum:
        total = Sum()
        if selected is None or type_ is None:
            return total
        for each in selected.selections:
            if self.selector.included(each):
                total = total.plus(self._selection(type_, each))
        return total

    def _selection(self, type_: GraphQLNamedType, selection: SelectionNode) -> Sum:
        match selection:
            case FieldNode():
                return self._field(type_, selection)
            case FragmentSpreadNode(name=name):
                return self.fragments[name.value]
            case InlineFragmentNode(type_condition=condition, selection_set=inner):
                named = type_ if condition is None else self.selector.schema.get_type(condition.name.value)
                return self.sum(named, inner)
        return Sum()

    def _field(self, type_: GraphQLNamedType, node: FieldNode) -> Sum:
        coordinate = f"{type_.name}.{node.name.value}"
        field = self.selector.schema.get_field(type_, node.name.value)  # type: ignore[arg-type]
        if field is None:
            return Sum()
        price = self.pricing.of(coordinate)
        below = self.sum(get_named_type(field.type), node.selection_set)
        is_counted = self.counts_objects or is_leaf_type(get_named_type(field.type))
        own = prices.weight(price, type_.name, field) if is_counted else 0.0
        if coordinate in self.pricing.entries:
            return Sum(each=own + below.once)
        times = prices.length(price, node, self.selector.variables) if prices.is_list(price, field) else 1
        if price.sized:
            return Sum(own + below.once + times * below.each)
        return Sum(times * (own + below.once))

"""Root fields: how each finds its customers, and its answer if the viewer's class may not look them up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLObjectType

from auth.policy.effects import Effect, Use
from datasources.entries import Customers, Find, OneCustomer, OneObject, Root
from datasources.ids import CUSTOMER, NO_ID, GlobalId, parse_global_id, row_id
from datasources.plan import Field, Filter, Order, Parameter
from resolvers.documents.selection import Nodes
from resolvers.planning import arguments
from resolvers.planning.entities import ENTITIES, PlannedEntities, plan_entities, plan_reference
from resolvers.planning.fields import Planner
from resolvers.planning.root_field import RootField, list_of
from resolvers.root_types import CUSTOMER_EXISTS


@dataclass(frozen=True, slots=True)
class Nothing:
    """A root that is answered without a statement: the class may not look it up, or there is nothing to find."""

    text: bytes


Planned = Root | Nothing | PlannedEntities
_NULL = Nothing(b"null")


def plan_root(planner: Planner, root_type: GraphQLObjectType, key: str, nodes: Nodes) -> Planned:
    """Plan one root field. Raises OperationRefused if its arguments are wrong or use what the class may not use."""
    node = nodes[0]
    given = arguments.arguments(root_type.fields[node.name.value], node, planner.selector.variables)
    return _ROOTS[node.name.value](RootField(planner, root_type, key, nodes, given))


def _customer(root: RootField) -> Planned:
    # `by` is a @oneOf input: validation lets it have one field, which is not null.
    ((name, given),) = root.arguments["by"].fields().items()
    exists = root.existence()
    governed = root.planner.contract.inputs[f"CustomerBy.{name}"]
    lookup = root.allowed_effect(governed.coordinate, Use.LOOKUP)
    if exists is None or lookup is None:
        return _NULL
    read = given.read
    value = Parameter(lambda variables: row_id(read(variables))) if name == "id" else given.parameter
    return Root(OneCustomer(exists, Find(name, value, lookup)), root.field(CUSTOMER, exists))


def _customers(root: RootField) -> Planned:
    page = arguments.page(root.arguments)
    exists = root.existence()
    field = root.field("CustomerConnection", exists or root.planner.effect(root.coordinate))
    if exists is None:
        return Nothing(_empty_object(field))
    counted = root.planner.count_of_list(field)
    filters, orders = _filters(root), _orders(root)
    return Root(Customers(exists), replace(field, page=page, filters=filters, orders=orders, fields=counted))


def _filters(root: RootField) -> tuple[Filter, ...]:
    given = root.arguments.get("filter")
    if given is None or given.value is None:
        return ()
    planned = (root.planner.filter(f"CustomerFilter.{name}", name, each) for name, each in given.fields().items())
    return tuple(each for each in planned if each is not None)


def _orders(root: RootField) -> tuple[Order, ...]:
    given = root.arguments.get("orderBy")
    if given is None or given.value is None:
        return ()
    order = given.value
    descending = order.get("direction") == "DESC"
    return (root.planner.order(f"{CUSTOMER}.{order['field'].value}", descending=descending),)


def _numbered(type_: str) -> Callable[[RootField], Planned]:
    """Plans the root of a department's object that is looked up by its number."""

    def plan(root: RootField) -> Planned:
        exists = root.existence()
        lookup = root.allowed_effect(f"{type_}.number", Use.LOOKUP)
        customer_exists = _customer_exists(root)
        if exists is None or lookup is None or customer_exists is None:
            return _NULL
        find = Find("number", root.arguments["number"].parameter, lookup)
        return Root(OneObject(customer_exists, type_, find), root.field(type_, exists))

    return plan


def _customer_exists(root: RootField) -> Effect | None:
    """The effect on the existence of a customer, who is not shown; None, and noted as withheld, if it allows none."""
    effect = root.planner.effect(CUSTOMER_EXISTS)
    if effect.allows:
        return effect
    root.planner.note_withheld(CUSTOMER_EXISTS, (root.key,), effect)
    return None


def _node(root: RootField) -> Planned:
    given = root.arguments["id"]
    parsed = parse_global_id(given.value)
    if parsed is None or parsed.type not in root.planner.contract.nodes:
        return _NULL
    read = given.read
    if root.planner.shapes[parsed.type].is_reference:
        return plan_reference(root, parsed.type)
    if parsed.type == CUSTOMER:
        return _node_customer(root, Parameter(lambda variables: row_id(read(variables))))
    return _node_object(root, parsed.type, read)


def _node_customer(root: RootField, value: Parameter) -> Planned:
    exists = root.existence()
    lookup = root.allowed_effect("Customer.number", Use.LOOKUP)
    if exists is None or lookup is None:
        return _NULL
    return Root(OneCustomer(exists, Find("id", value, lookup)), root.field(CUSTOMER, exists))


def _node_object(root: RootField, type_: str, read: Callable[[Mapping[str, Any]], str]) -> Planned:
    exists = root.existence()
    object_exists = root.existence(list_of(type_))
    if exists is None or object_exists is None:
        return _NULL
    row = Parameter(lambda variables: _global_id(read(variables)).row)
    customer = Parameter(lambda variables: _global_id(read(variables)).customer)
    entry = OneObject(exists, type_, Find("id", row, object_exists), customer)
    return Root(entry, root.field(type_, object_exists))


def _global_id(text: str) -> GlobalId:
    return parse_global_id(text) or GlobalId(CUSTOMER, NO_ID, NO_ID)


def _empty_object(field: Field) -> bytes:
    """A connection without entries, for a viewer who may know of no customer."""
    members = ",".join(f'"{each.key}":{_empty(each)}' for each in field.only_fields)
    return f"{{{members}}}".encode()


def _empty(field: Field) -> str:
    match field.name:
        case "nodes" | "edges":
            return "[]"
        case "totalCount":
            return "0"
        case "pageInfo":
            return _empty_object(field).decode()
        case "hasNextPage" | "hasPreviousPage":
            return "false"
        case "startCursor" | "endCursor":
            return "null"
    return f'"{field.type}"'


_ROOTS: Mapping[str, Callable[[RootField], Planned]] = {
    "customer": _customer,
    "customers": _customers,
    "invoice": _numbered("Invoice"),
    "order": _numbered("Order"),
    "ticket": _numbered("Ticket"),
    "node": _node,
    ENTITIES: plan_entities,
}

PLANNED = frozenset(_ROOTS)

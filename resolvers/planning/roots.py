"""The root fields: how each finds its customers, and what it answers when the viewer may not look."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLObjectType

from auth.policy.effects import Effect, Use
from datasources.ids import CUSTOMER, NO_ID, GlobalId, parse_global_id, row_id
from datasources.plan import Customers, Field, Filter, Find, OneCustomer, OneObject, Order, Parameter, Root
from resolvers.codes import Code
from resolvers.documents.selection import Nodes
from resolvers.planning import arguments
from resolvers.planning.arguments import Given
from resolvers.planning.entities import ENTITIES, PlannedEntities, plan_entities, plan_reference
from resolvers.planning.fields import Planner
from resolvers.planning.root_field import Asked, list_of
from resolvers.refusal import refusal


@dataclass(frozen=True, slots=True)
class Nothing:
    """A root that is answered without asking anybody: the viewer may not look, or there is nothing to find."""

    text: bytes


Planned = Root | Nothing | PlannedEntities
_NULL = Nothing(b"null")


def plan_root(planner: Planner, query: GraphQLObjectType, key: str, nodes: Nodes) -> Planned:
    """Plan one root field. Raises Refusal where the request cannot be run as it stands."""
    node = nodes[0]
    given = arguments.arguments(query.fields[node.name.value], node, planner.selector.variables)
    return _ROOTS[node.name.value](Asked(planner, query, key, nodes, given))


def _customer(asked: Asked) -> Planned:
    name, given = _only(asked.given["by"].fields())
    exists = asked.exists()
    use = asked.planner.contract.inputs[f"CustomerBy.{name}"]
    lookup = asked.may(use.coordinate, Use.LOOKUP)
    if exists is None or lookup is None:
        return _NULL
    read = given.read
    value = Parameter(lambda variables: row_id(read(variables))) if name == "id" else given.parameter
    return Root(OneCustomer(exists, Find(name, value, lookup)), asked.field(CUSTOMER, exists))


def _only(fields: Mapping[str, Given]) -> tuple[str, Given]:
    given = [(name, each) for name, each in fields.items() if each.now is not None]
    if len(given) != 1 or len(fields) != 1:
        raise refusal(Code.BAD_USER_INPUT, "`by` names exactly one way to find the customer.", argument="by")
    return given[0]


def _customers(asked: Asked) -> Planned:
    page = arguments.page(asked.given)
    exists = asked.exists()
    field = asked.field("CustomerConnection", exists or asked.planner.effect(asked.coordinate))
    if exists is None:
        return Nothing(_empty_object(field))
    counted = asked.planner.count_of_list(field)
    filters, orders = _filters(asked), _orders(asked)
    return Root(Customers(exists), replace(field, page=page, filters=filters, orders=orders, fields=counted))


def _filters(asked: Asked) -> tuple[Filter, ...]:
    given = asked.given.get("filter")
    if given is None or given.now is None:
        return ()
    planned = (asked.planner.filter(f"CustomerFilter.{name}", name, each) for name, each in given.fields().items())
    return tuple(each for each in planned if each is not None)


def _orders(asked: Asked) -> tuple[Order, ...]:
    given = asked.given.get("orderBy")
    if given is None or given.now is None:
        return ()
    order = given.now
    descending = order.get("direction") == "DESC"
    return (asked.planner.order(f"{CUSTOMER}.{order['field'].value}", descending=descending),)


def _numbered(type_: str) -> Callable[[Asked], Planned]:
    """The root of a department's object that people know by its number."""

    def plan(asked: Asked) -> Planned:
        exists = asked.exists()
        lookup = asked.may(f"{type_}.number", Use.LOOKUP)
        customer_exists = _customer_exists(asked)
        if exists is None or lookup is None or customer_exists is None:
            return _NULL
        find = Find("number", asked.given["number"].parameter, lookup)
        return Root(OneObject(customer_exists, type_, find), asked.field(type_, exists))

    return plan


def _customer_exists(asked: Asked) -> Effect | None:
    """What must hold of a customer for anything of theirs to be shown; None, and noted, where nothing opens it."""
    effect = asked.planner.effect("Query.customer")
    if effect.allows:
        return effect
    asked.planner.note("Query.customer", (asked.key,), effect)
    return None


def _node(asked: Asked) -> Planned:
    given = asked.given["id"]
    parsed = parse_global_id(given.now)
    if parsed is None or parsed.type not in asked.planner.contract.nodes:
        return _NULL
    read = given.read
    if asked.planner.shapes[parsed.type].is_reference:
        return plan_reference(asked, parsed.type)
    if parsed.type == CUSTOMER:
        return _node_customer(asked, Parameter(lambda variables: row_id(read(variables))))
    return _node_object(asked, parsed.type, read)


def _node_customer(asked: Asked, value: Parameter) -> Planned:
    exists = asked.exists()
    lookup = asked.may("Customer.number", Use.LOOKUP)
    if exists is None or lookup is None:
        return _NULL
    return Root(OneCustomer(exists, Find("id", value, lookup)), asked.field(CUSTOMER, exists))


def _node_object(asked: Asked, type_: str, read: Callable[[Mapping[str, Any]], str]) -> Planned:
    exists = asked.exists()
    object_exists = asked.exists(list_of(type_))
    if exists is None or object_exists is None:
        return _NULL
    row = Parameter(lambda variables: _parsed(read(variables)).row)
    customer = Parameter(lambda variables: _parsed(read(variables)).customer)
    entry = OneObject(exists, type_, Find("id", row, object_exists), customer)
    return Root(entry, asked.field(type_, object_exists))


def _parsed(text: str) -> GlobalId:
    return parse_global_id(text) or GlobalId(CUSTOMER, NO_ID, NO_ID)


def _empty_object(field: Field) -> bytes:
    """A connection without entries, for a viewer for whom there is nobody."""
    members = ",".join(f'"{each.key}":{_empty(each)}' for each in field.only_fields)
    return f"{{{members}}}".encode()


def _empty(asked: Field) -> str:
    match asked.name:
        case "nodes" | "edges":
            return "[]"
        case "totalCount":
            return "0"
        case "pageInfo":
            return _empty_object(asked).decode()
        case "hasNextPage" | "hasPreviousPage":
            return "false"
        case "startCursor" | "endCursor":
            return "null"
    return f'"{asked.type}"'


_ROOTS: Mapping[str, Callable[[Asked], Planned]] = {
    "customer": _customer,
    "customers": _customers,
    "invoice": _numbered("Invoice"),
    "order": _numbered("Order"),
    "ticket": _numbered("Ticket"),
    "node": _node,
    ENTITIES: plan_entities,
}

PLANNED = frozenset(_ROOTS)

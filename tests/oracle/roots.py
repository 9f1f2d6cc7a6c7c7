"""Root fields: the customers that each finds, and what the asker needs for it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from graphql import GraphQLError

from tests.oracle import pages
from tests.oracle.grants import viewer
from tests.oracle.inputs import USED_BY_FILTERS, USED_BY_KEYS, USED_BY_ORDERS, folded, phone
from tests.oracle.scene import Key, Scene, Subject, Thing, by_id
from tests.oracle.world import Row

# The table behind each type that has an id of its own, and the list whose right its existence needs.
OBJECTS = {
    "Invoice": ("finance.invoice", "Finance.invoices"),
    "Payment": ("finance.payment", "Finance.payments"),
    "CreditNote": ("finance.credit_note", "Finance.creditNotes"),
    "Order": ("sales.sales_order", "Sales.orders"),
    "Opportunity": ("sales.opportunity", "Sales.opportunities"),
    "Quote": ("sales.quote", "Sales.quotes"),
    "Recommendation": ("sales.recommendation", "Sales.recommendations"),
    "Ticket": ("service.ticket", "Service.tickets"),
    "Message": ("service.message", "Ticket.messages"),
    "Call": ("service.call", "Service.calls"),
    "Feedback": ("service.feedback", "Service.feedback"),
    "Touchpoint": ("marketing.touchpoint", "Marketing.touchpoints"),
}

Root = Callable[[Scene, Mapping[str, Any]], Any]


def _exists(scene: Scene, row: Row | None, *uses: tuple[str, str]) -> Subject | None:
    """The customer, if the viewer may know of them and may use each coordinate so."""
    if row is None:
        return None
    subject = scene.subject(row)
    if not scene.reaches(row):
        return None
    rights = [scene.rights.of(coordinate, use) for coordinate, use in uses]
    return subject if all(right.allows(subject.flags) for right in rights) else None


def _first(scene: Scene, rows: Iterable[Row], *uses: tuple[str, str]) -> Thing | None:
    for row in sorted(rows, key=by_id):
        subject = _exists(scene, row, *uses)
        if subject is not None:
            scene.finds(subject)
            return Thing("Customer", row, subject)
    return None


def _customer(scene: Scene, args: Mapping[str, Any]) -> Thing | None:
    ((key, value),) = args["by"].items()
    uses = (("Query.customer", "item"), (USED_BY_KEYS[key], "lookup"))
    matching = _matching(scene, key, value)
    if sum(_exists(scene, row, *uses) is not None for row in matching) > 1:
        raise GraphQLError("AMBIGUOUS", extensions={"code": "AMBIGUOUS"})
    return _first(scene, matching, *uses)


def _matching(scene: Scene, key: str, value: str) -> list[Row]:
    match key:
        case "id":
            return [row for row in [scene.moment.customer(_uuid(value))] if row is not None]
        case "number":
            return [row for row in scene.moment.customers() if row["number"] == value]
        case "phone":
            return _owners(scene, "core.contact_point", kind="PHONE", value=phone(value))
        case "email":
            points = scene.moment.world.tables["core.contact_point"]
            spelled = {
                row["value"] for row in points if row["kind"] == "EMAIL" and folded(row["value"]) == folded(value)
            }
            return [row for each in spelled for row in _owners(scene, "core.contact_point", kind="EMAIL", value=each)]
    parts = value.split(":", 2)
    if len(parts) < 3:
        return []
    return _owners(scene, "core.identifier", system=parts[0], type=parts[1], value=parts[2])


def _owners(scene: Scene, table: str, **wanted: str) -> list[Row]:
    rows = [row for row in scene.moment.world.tables[table] if all(row[name] == wanted[name] for name in wanted)]
    found = (scene.moment.customer(id_) for id_ in {row["customer_id"] for row in rows})
    return [row for row in found if row is not None]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def _customers(scene: Scene, args: Mapping[str, Any]) -> Thing:
    exists = ("Query.customers", "item")
    if not scene.rights.of(*exists).is_allowed:
        return pages.empty()
    rows = [row for row in scene.moment.customers() if _exists(scene, row, exists)]
    ordered = scene.in_order("Customer", rows, None, _keys(args.get("orderBy")), by_id)
    entries = [Thing("Customer", row, scene.subject(row)) for row in ordered]
    wanted = {name: value for name, value in (args.get("filter") or {}).items() if value is not None}
    page = pages.page(scene, "Query.customers", entries, args, keep=lambda entry: _kept(scene, entry.row, wanted))
    for entry in page.row["nodes"]:
        scene.finds(entry.subject)
    return page


def _kept(scene: Scene, row: Row, wanted: Mapping[str, Any]) -> bool:
    """Whether a customer passes every filter. A filter by a value that the viewer may not use passes no customer."""
    return all(
        _exists(scene, row, (USED_BY_FILTERS[name], "filter")) is not None and _passes(scene, row, name, value)
        for name, value in wanted.items()
    )


def _keys(order: Mapping[str, Any] | None) -> tuple[Key, ...]:
    if order is None:
        return ()
    column = {"NAME": "display_name", "NUMBER": "number", "SINCE": "since"}[order["field"]]
    field = USED_BY_ORDERS[order["field"]].partition(".")[2]
    return (Key(field, lambda row: row[column], order["direction"] == "DESC"),)


def _passes(scene: Scene, row: Row, name: str, wanted: Any) -> bool:
    match name:
        case "statuses":
            return row["status"] in wanted
        case "countries":
            return row["country"] in wanted
        case "kind" | "language":
            return bool(row[name] == wanted)
        case "nameStartsWith":
            return folded(row["display_name"]).startswith(folded(wanted))
        case "sinceFrom":
            return row["since"] is not None and row["since"] >= date.fromisoformat(wanted)
        case "sinceBefore":
            return row["since"] is not None and row["since"] < date.fromisoformat(wanted)
    kind = name.upper()
    value = phone(wanted) if name == "phone" else folded(wanted)
    points = scene.moment.of("core.contact_point", row["id"])
    return any(point["kind"] == kind and folded(point["value"]) == value for point in points)


def _numbered(type_: str, root: str) -> Root:
    uses = (("Query.customer", "item"), (f"Query.{root}", "item"), (f"{type_}.number", "lookup"))
    table = OBJECTS[type_][0]

    def find(scene: Scene, args: Mapping[str, Any]) -> Thing | None:
        rows = scene.moment.where(table, "number", args["number"])
        return _object(scene, type_, rows, *uses)

    return find


def _object(scene: Scene, type_: str, rows: Iterable[Row], *uses: tuple[str, str]) -> Thing | None:
    for row in rows:
        subject = _exists(scene, scene.moment.customer(row["customer_id"]), *uses)
        if subject is not None:
            scene.finds(subject)
            return Thing(type_, row, subject)
    return None


def _node(scene: Scene, args: Mapping[str, Any]) -> Thing | None:
    type_ = node_type(args["id"])
    if type_ is None:
        return None
    if type_ == "Customer":
        rows = _matching(scene, "id", args["id"])
        return _first(scene, rows, ("Query.node", "item"), ("Customer.number", "lookup"))
    table, coordinate = OBJECTS[type_]
    _, customer, row_id = args["id"].split("_")
    rows = [row for row in scene.moment.where(table, "id", _uuid(row_id)) if row["customer_id"] == _uuid(customer)]
    if type_ == "Message":
        # It goes with its ticket.
        rows = [row for row in rows if scene.moment.one("service.ticket", row["ticket_id"])]
    return _object(scene, type_, rows, ("Query.node", "item"), (coordinate, "item"))


def node_type(id_: str) -> str | None:
    """The type that a global id names; None for what names none."""
    parts = id_.split("_")
    if len(parts) == 1:
        return "Customer"
    return parts[0] if len(parts) == 3 and parts[0] in ("Customer", *OBJECTS) else None


ROOTS: Mapping[str, Root] = {
    "customer": _customer,
    "customers": _customers,
    "invoice": _numbered("Invoice", "invoice"),
    "order": _numbered("Order", "order"),
    "ticket": _numbered("Ticket", "ticket"),
    "node": _node,
    "viewer": viewer,
}

"""Random valid operations over the printed schema, with arguments that find something."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    OverlappingFieldsCanBeMergedRule,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_enum_type,
    is_interface_type,
    is_list_type,
    is_object_type,
    parse,
    validate,
)

from tests.differential.changes import Changes
from tests.differential.document import Draft, Field, Inline, ListOf, Literal, Node, ObjectOf, Value
from tests.differential.pools import Pools
from tests.oracle.roots import node_type

DEEPEST = 8
SIZES = (1, 1, 2, 2, 3, 3, 5, 7, 10, 25, 100)
WRONG_SIZES = (0, -1, 101, 1_000)
# What a viewer may ask of their rights.
_MAY = {
    "coordinate": ("Customer.displayName", "Finance.balance", "Query.customer", "Segment.because", "No.such"),
    "purpose": ("care", "rights", "payment", "outreach", "profiling", "nothing"),
}
KEYS = ("id", "id", "number", "number", "phone", "email", "identifier")
ROOTS = ("customer",) * 8 + ("customers",) * 5 + ("invoice", "order", "ticket", "node", "node", "viewer")


@dataclass(frozen=True)
class Operation:
    """An operation, the variables it is asked with one after the other, and what kinds of thing it holds."""

    document: str
    variables: tuple[dict[str, Any], ...]
    kinds: frozenset[str]
    # The last customer that it names, whom a viewer of limited reach may be given.
    about: UUID | None


class Operations:
    """Makes operations, each from a seed of its own."""

    def __init__(self, schema: GraphQLSchema, pools: Pools) -> None:
        self._schema = schema
        self._pools = pools
        self._rng = Random(0)  # noqa: S311 - repeatable, not secret
        self._budget = 0
        self._owner: UUID | None = None
        self._about: UUID | None = None
        self.discarded = 0

    def made_from(self, seed: str) -> Operation:
        """The operation that belongs to a seed."""
        self._rng = Random(seed)  # noqa: S311 - repeatable, not secret
        self._pools.draw_with(self._rng)
        while True:
            operation = self._made()
            # All else is valid as it is made; the server would tell if not.
            document = parse(operation.document, no_location=True)
            if not validate(self._schema, document, [OverlappingFieldsCanBeMergedRule]):
                return operation
            self.discarded += 1

    def _made(self) -> Operation:
        self._budget = self._rng.choice((6, 12, 20, 30))
        self._about = None
        draft = Draft()
        kinds: Counter[str] = Counter()
        for name in [self._rng.choice(ROOTS) for _ in range(self._rng.choice((1, 1, 1, 2)))]:
            draft.roots.append(self._root(name, f"r{len(draft.roots)}" if draft.roots else None))
            kinds[f"root {name}"] += 1
        Changes(self._schema, draft, self._rng, kinds, self._below_again).make()
        variables = [draft.given()]
        if draft.variables and self._rng.random() < 0.4:
            variables.append(draft.given_again())
            kinds["asked again with other variables"] += 1
        return Operation(draft.text(), tuple(variables), frozenset(kinds), self._about)

    # --- Roots

    def _root(self, name: str, alias: str | None) -> Field:
        query = self._schema.query_type
        assert query is not None
        self._owner = None
        args = {"customer": self._by, "node": self._id, "customers": self._listing, "viewer": dict}.get(
            name, lambda: self._numbered(name)
        )()
        type_ = get_named_type(query.fields[name].type).name
        root = Field(name, "Query", type_, args, alias=alias)
        root.below = self._root_below(name, args, type_)
        return root

    def _root_below(self, name: str, args: dict[str, Value], type_: str) -> list[Node]:
        if name == "viewer" and self._rng.random() < 0.8:
            return self._leaves("Viewer")
        if name == "node":
            id_ = args["id"]
            assert isinstance(id_, Literal)
            return self._node_below(node_type(id_.value))
        return self._below(type_, 1)

    def _node_below(self, type_: str | None) -> list[Node]:
        types = dict.fromkeys((type_, self._rng.choice(("Customer", "Invoice", "Order", "Ticket"))))
        return [Field("id", "Node", "ID"), *(Inline(each, self._below(each, 1)) for each in types if each is not None)]

    def _by(self) -> dict[str, Value]:
        owner = self._pools.customer()
        self._owner = self._about = owner["id"]

        def made() -> ObjectOf:
            key = self._rng.choice(KEYS)
            types = {"id": "ID", "phone": "PhoneNumber", "email": "EmailAddress"}
            draw = partial(self._pools.customer_key, key, owner)
            return ObjectOf({key: Literal(draw(), types.get(key, "String"), draw)}, "CustomerBy!", made, is_one_of=True)

        return {"by": made()}

    def _id(self) -> dict[str, Value]:
        id_ = self._pools.global_id()
        self._owner = self._about = self._pools.owner_of(id_)
        return {"id": Literal(id_, "ID!", self._pools.global_id)}

    def _numbered(self, name: str) -> dict[str, Value]:
        tables = {"invoice": "finance.invoice", "order": "sales.sales_order", "ticket": "service.ticket"}
        draw = partial(self._pools.number, tables[name])
        return {"number": Literal(draw(), "String!", draw)}

    def _listing(self) -> dict[str, Value]:
        args: dict[str, Value] = {}
        if self._rng.random() < 0.6:
            args["filter"] = self._filter()
        if self._rng.random() < 0.6:
            args["orderBy"] = self._order_by()
        return args | self._page("Query.customers")

    def _filter(self) -> ObjectOf:
        draws = self._filters()
        fields = {name: draws[name]() for name in self._rng.sample(sorted(draws), self._rng.choice((0, 1, 1, 1, 2, 3)))}
        return ObjectOf(fields, "CustomerFilter", self._filter)

    def _filters(self) -> dict[str, Callable[[], Value]]:
        pools = self._pools
        return {
            "statuses": lambda: self._enums("CustomerStatus"),
            "kind": lambda: self._enum("PartyKind"),
            "countries": lambda: self._several("CountryCode", lambda: pools.value_of("country")),
            "language": lambda: self._drawn("LanguageTag", lambda: pools.value_of("language")),
            "nameStartsWith": lambda: self._drawn("String", pools.prefix),
            "sinceFrom": lambda: self._drawn("Date", pools.since),
            "sinceBefore": lambda: self._drawn("Date", pools.since),
            "phone": lambda: self._drawn("PhoneNumber", lambda: pools.point("PHONE")),
            "email": lambda: self._drawn("EmailAddress", lambda: pools.point("EMAIL")),
        }

    def _order_by(self) -> ObjectOf:
        fields: dict[str, Value] = {"field": self._enum("CustomerOrderField", "!")}
        if self._rng.random() < 0.7:
            fields["direction"] = self._enum("OrderDirection", "!")
        return ObjectOf(fields, "CustomerOrder", self._order_by)

    # --- Values

    def _drawn(self, type_: str, draw: Callable[[], Any]) -> Literal:
        value = None if self._rng.random() < 0.03 else draw()
        return Literal(value, type_, draw)

    def _word(self, words: tuple[str, ...]) -> Literal:
        draw = partial(self._rng.choice, words)
        return Literal(draw(), "String!", draw)

    def _enum(self, name: str, strict: str = "") -> Literal:
        type_ = self._schema.get_type(name)
        assert is_enum_type(type_)
        draw = partial(self._rng.choice, sorted(type_.values))
        return Literal(draw(), name + strict, draw, is_enum=True)

    def _enums(self, name: str) -> Value:
        return self._listed(name, lambda: self._enum(name, "!"))

    def _several(self, type_: str, draw: Callable[[], Any]) -> Value:
        return self._listed(type_, lambda: Literal(draw(), f"{type_}!", draw))

    def _listed(self, type_: str, item: Callable[[], Value]) -> ListOf:
        return ListOf([item() for _ in range(self._rng.choice((0, 1, 1, 2, 3)))], f"[{type_}!]")

    def _page(self, coordinate: str) -> dict[str, Value]:
        rng = self._rng
        args: dict[str, Value] = {}
        sizes = WRONG_SIZES if rng.random() < 0.008 else SIZES
        if rng.random() < 0.55:
            args["first"] = Literal(rng.choice(sizes), "Int", lambda: rng.choice(sizes))
        if rng.random() < (0.01 if args else 0.35):
            args["last"] = Literal(rng.choice(sizes), "Int", lambda: rng.choice(sizes))
        owner = self._owner
        # Where it is not known whose list it is, a cursor is nearly always wrong.
        chance = 0.2 if owner is not None or coordinate == "Query.customers" else 0.03
        for name in ("after", "before"):
            if rng.random() < chance:
                args[name] = self._drawn("String", lambda: self._pools.cursor(coordinate, owner))
        return args

    def _arguments(self, coordinate: str, field: GraphQLField) -> dict[str, Value]:
        args = self._page(coordinate) if "first" in field.args else {}
        if coordinate == "Viewer.may":
            args = {name: self._word(words) for name, words in _MAY.items()}
        for name, argument in field.args.items():
            named = get_named_type(argument.type)
            if is_enum_type(named) and self._rng.random() < 0.25:
                args[name] = self._narrowing(argument, named.name)
        return args

    def _narrowing(self, argument: GraphQLArgument, enum: str) -> Value:
        return self._enums(enum) if is_list_type(argument.type) else self._enum(enum, "!")

    # --- Selections

    def _below_again(self, type_: str) -> list[Node]:
        """Another selection below a field that is asked for already."""
        self._budget, self._owner = 4, None
        return self._below(type_, DEEPEST - 2)

    def _below(self, type_: str, depth: int) -> list[Node]:
        named = self._schema.get_type(type_)
        if is_abstract_type(named):
            return self._abstract(type_, depth)
        assert is_object_type(named)
        chosen = self._chosen(named, depth)
        nodes: list[Node] = [self._field(named, name, depth) for name in chosen]
        if self._rng.random() < 0.12 or not nodes:
            nodes.insert(self._rng.randint(0, len(nodes)), Field("__typename", type_, "String"))
        return nodes

    def _abstract(self, type_: str, depth: int) -> list[Node]:
        named = self._schema.get_type(type_)
        assert is_abstract_type(named)
        nodes: list[Node] = [Field("__typename", type_, "String")]
        if is_interface_type(named):
            nodes += [Field(name, type_, _named(field.type)) for name, field in named.fields.items()]
        for each in self._schema.get_possible_types(named):
            if self._rng.random() < 0.6:
                nodes.append(Inline(each.name, self._below(each.name, depth + 1)))
        return nodes

    def _leaves(self, type_: str) -> list[Node]:
        named = self._schema.get_type(type_)
        assert is_object_type(named)
        names = [name for name, field in named.fields.items() if not is_composite_type(get_named_type(field.type))]
        return [self._field(named, name, DEEPEST) for name in self._rng.sample(names, min(3, len(names)))]

    def _chosen(self, type_: GraphQLObjectType, depth: int) -> list[str]:
        fields = type_.fields
        leaves = [name for name in fields if not is_composite_type(get_named_type(fields[name].type))]
        deeper = [] if depth >= DEEPEST or self._budget <= 0 else [name for name in fields if name not in leaves]
        if not deeper and not leaves:
            deeper = [next(iter(fields))]
        wanted = self._rng.sample(leaves, min(len(leaves), self._rng.choice((0, 1, 1, 2, 3, 6))))
        most = len(deeper) if type_.name.endswith("Connection") else 3
        wanted += self._rng.sample(deeper, min(len(deeper), self._rng.randint(1 if deeper else 0, max(1, most))))
        self._rng.shuffle(wanted)
        self._budget -= len(wanted)
        return wanted

    def _field(self, parent: GraphQLObjectType, name: str, depth: int) -> Field:
        definition = parent.fields[name]
        type_ = _named(definition.type)
        args = self._arguments(f"{parent.name}.{name}", definition)
        found = Field(name, parent.name, type_, args)
        if is_composite_type(self._schema.get_type(type_)):
            found.below = self._below(type_, depth + 1)
        return found


def _named(type_: GraphQLInputType | Any) -> str:
    return str(get_named_type(type_).name)

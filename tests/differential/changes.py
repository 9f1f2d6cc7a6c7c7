"""Changes that leave a document valid: what generators from a schema alone never write."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

from graphql import GraphQLSchema, is_object_type

from tests.differential.document import (
    UNGIVEN,
    Declared,
    Draft,
    Field,
    Fragment,
    Inline,
    ListOf,
    Literal,
    Node,
    ObjectOf,
    Spread,
    Value,
    Variable,
    literal,
    plain,
)

KINDS = (
    "alias",
    "alias that is another field's name",
    "variable for a scalar",
    "variable for a list",
    "variable for an input object",
    "variable in an input object",
    "variable in a list",
    "variable with a default, not given",
    "variable with a default, given",
    "variable with a default, null where no null may be",
    "variable not given",
    "variable null",
    "named fragment",
    "named fragment on an interface",
    "named fragment twice",
    "inline fragment",
    "inline fragment on an interface",
    "inline fragment without a type",
    "skip",
    "include",
    "skip or include by a variable",
    "repeated key",
    "repeated key with another selection",
    "argument left to its default",
    "asked again with other variables",
)


class Changes:
    """Changes one draft, and counts which kinds were made."""

    def __init__(
        self,
        schema: GraphQLSchema,
        draft: Draft,
        rng: Random,
        kinds: Counter[str],
        below: Callable[[str], list[Node]],
    ) -> None:
        self._schema = schema
        self._draft = draft
        self._rng = rng
        self._kinds = kinds
        self._below = below

    def make(self) -> None:
        self._repeat()
        self._alias()
        self._fragments()
        self._directives()
        for field in list(self._draft.fields()):
            self._hoist(field)

    def _chance(self, of: float) -> bool:
        return self._rng.random() < of

    # --- Aliases and repeated keys

    def _repeat(self) -> None:
        for nodes in list(self._draft.selections()):
            fields = [node for node in nodes if isinstance(node, Field) and node.name != "__typename"]
            if fields and self._chance(0.12):
                again = replace(self._rng.choice(fields), directives=[])
                if again.below is not None:
                    again.below = self._below(again.type)
                    self._kinds["repeated key with another selection"] += 1
                self._kinds["repeated key"] += 1
                nodes.insert(self._rng.randint(0, len(nodes)), again)

    def _alias(self) -> None:
        for nodes in list(self._draft.selections()):
            keys = [node.key for node in nodes if isinstance(node, Field)]
            for node in nodes:
                if isinstance(node, Field) and keys.count(node.key) == 1 and self._chance(0.15):
                    node.alias = self._new_key(node, keys)
                    keys.append(node.key)

    def _new_key(self, node: Field, keys: list[str]) -> str:
        self._kinds["alias"] += 1
        parent = self._schema.get_type(node.parent)
        others = [name for name in getattr(parent, "fields", {}) if name not in keys]
        if others and self._chance(0.3):
            self._kinds["alias that is another field's name"] += 1
            return str(self._rng.choice(others))
        return f"a{self._rng.randrange(10_000)}"

    # --- Fragments

    def _fragments(self) -> None:
        for nodes in list(self._draft.selections()):
            if nodes is not self._draft.roots and self._chance(0.22):
                self._extract(nodes)

    def _extract(self, nodes: list[Node]) -> None:
        fields = [node for node in nodes if isinstance(node, Field)]
        if not fields:
            return
        parent = fields[0].parent
        start = self._rng.randrange(len(nodes))
        stop = self._rng.randint(start + 1, len(nodes))
        taken = nodes[start:stop]
        if self._chance(0.5):
            nodes[start:stop] = [self._named(taken, parent)]
        else:
            nodes[start:stop] = [self._inline(taken, parent)]

    def _named(self, taken: list[Node], parent: str) -> Node:
        on = self._condition(taken, parent)
        name = f"F{len(self._draft.fragments)}"
        self._draft.fragments.append(Fragment(name, on, taken))
        self._kinds["named fragment"] += 1
        if on != parent:
            self._kinds["named fragment on an interface"] += 1
        if self._chance(0.2):
            self._kinds["named fragment twice"] += 1
            return Inline(None, [Spread(name), Spread(name)])
        return Spread(name)

    def _inline(self, taken: list[Node], parent: str) -> Node:
        if self._chance(0.4):
            self._kinds["inline fragment without a type"] += 1
            return Inline(None, taken)
        on = self._condition(taken, parent)
        self._kinds["inline fragment on an interface" if on != parent else "inline fragment"] += 1
        return Inline(on, taken)

    def _condition(self, taken: list[Node], parent: str) -> str:
        """The type itself, or an interface of it that has all that is taken."""
        type_ = self._schema.get_type(parent)
        for interface in type_.interfaces if is_object_type(type_) else ():
            known = {"__typename", *interface.fields}
            if all(isinstance(node, Field) and node.name in known for node in taken):
                for node in taken:
                    assert isinstance(node, Field)
                    node.parent = interface.name
                return str(interface.name)
        return parent

    # --- Directives

    def _directives(self) -> None:
        for nodes in list(self._draft.selections()):
            for node in nodes:
                if self._chance(0.07):
                    node.directives.append(self._directive())

    def _directive(self) -> str:
        name = self._rng.choice(("skip", "include"))
        self._kinds[name] += 1
        value = self._chance(0.3 if name == "skip" else 0.75)
        if self._chance(0.6):
            self._kinds["skip or include by a variable"] += 1
            variable = self._declare(Literal(value, "Boolean!", partial(self._chance, 0.5)), may_be_null=False)
            return f"@{name}(if: ${variable.name})"
        return f"@{name}(if: {json.dumps(value)})"

    # --- Variables

    def _hoist(self, field: Field) -> None:
        optional = len(field.args) < 4 and "first" not in field.args and field.type.endswith("Connection")
        if optional:
            self._kinds["argument left to its default"] += 1
        repeated = sum(each.key == field.key for each in self._draft.fields()) > 1
        # What is asked of the viewer themselves is executed by graphql-core, which is not what is tried here.
        if repeated or field.parent == "Viewer":
            return
        for name, value in list(field.args.items()):
            field.args[name] = self._perhaps(value, "scalar")

    def _perhaps(self, value: Value, place: str) -> Value:
        match value:
            case Literal() if self._chance(0.4):
                self._kinds[f"variable {_PLACES[place]}"] += 1
                return self._declare(value, may_be_absent=place == "scalar")
            case ListOf(items):
                if self._chance(0.3):
                    self._kinds["variable for a list"] += 1
                    return self._declare(value, may_be_absent=place == "scalar")
                value.items = [self._perhaps(item, "list") for item in items]
            case ObjectOf(fields):
                if self._chance(0.25):
                    self._kinds["variable for an input object"] += 1
                    return self._declare(value, may_be_absent=False)
                self._strict(value)
                value.fields = {name: self._perhaps(member, "object") for name, member in fields.items()}
        return value

    def _strict(self, value: ObjectOf) -> None:
        """The one field of a @oneOf input takes no variable that may be null."""
        for member in value.fields.values():
            if value.is_one_of and isinstance(member, Literal):
                member.type += "!"
                member.is_strict = True

    def _declare(
        self, value: Literal | ListOf | ObjectOf, *, may_be_absent: bool = False, may_be_null: bool = True
    ) -> Variable:
        name = f"v{len(self._draft.variables)}"
        type_, default, given = value.type, None, plain(value)
        is_strict = isinstance(value, Literal) and value.is_strict
        if may_be_absent and not type_.endswith("!") and self._chance(0.12):
            given = None if self._chance(0.4) else UNGIVEN
            self._kinds["variable null" if given is None else "variable not given"] += 1
        elif given is not None and self._chance(0.25):
            default = literal(value)
            if may_be_null and not is_strict and type_.endswith("!") and self._chance(0.03):
                self._kinds["variable with a default, null where no null may be"] += 1
                self._draft.variables.append(Declared(name, type_.removesuffix("!"), default, None, lambda: None))
                return Variable(name)
            type_ = type_.removesuffix("!") if not is_strict and self._chance(0.5) else type_
            given = UNGIVEN if self._chance(0.6) else _another(value)
            self._kinds[
                "variable with a default, not given" if given is UNGIVEN else "variable with a default, given"
            ] += 1
        elif given is not None and not type_.endswith("!") and self._chance(0.3):
            type_ += "!"
        self._draft.variables.append(Declared(name, type_, default, given, lambda: _another(value)))
        return Variable(name)


_PLACES = {"scalar": "for a scalar", "list": "in a list", "object": "in an input object"}


def _another(value: Value) -> Any:
    match value:
        case Literal():
            return value.draw()
        case ListOf(items):
            return [_another(item) for item in items]
        case ObjectOf():
            return plain(value.remake())
    raise TypeError("a variable has no other value")

"""A document under construction: fields, fragments and values that can be changed before they are written out."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Literal:
    """A scalar or enum as it is written; `draw` gives another that fits the same place."""

    value: Any
    type: str
    draw: Callable[[], Any]
    is_enum: bool = False
    # In a @oneOf input: its variable is non-null, also with a default.
    is_strict: bool = False


@dataclass
class ListOf:
    items: list["Value"]
    type: str


@dataclass
class ObjectOf:
    """An input object; `remake` makes another one, perhaps with other fields."""

    fields: dict[str, "Value"]
    type: str
    remake: Callable[[], "ObjectOf"]
    is_one_of: bool = False


@dataclass
class Variable:
    name: str


Value = Literal | ListOf | ObjectOf | Variable


def literal(value: Value) -> str:
    """A value as GraphQL writes it."""
    match value:
        case Variable(name):
            return f"${name}"
        case ListOf(items):
            return "[" + ", ".join(literal(item) for item in items) + "]"
        case ObjectOf(fields):
            return "{" + ", ".join(f"{name}: {literal(member)}" for name, member in fields.items()) + "}"
        case Literal(None):
            return "null"
    return str(value.value) if value.is_enum else json.dumps(value.value, ensure_ascii=False)


def plain(value: Value) -> Any:
    """A value as JSON carries it in a variable."""
    match value:
        case ListOf(items):
            return [plain(item) for item in items]
        case ObjectOf(fields):
            return {name: plain(member) for name, member in fields.items()}
        case Literal(found):
            return found
    raise TypeError("a variable is not given as a value")


@dataclass
class Field:
    """A field as it is asked for, on the type that it is asked of."""

    name: str
    parent: str
    type: str
    args: dict[str, Value] = field(default_factory=dict)
    below: list["Node"] | None = None
    alias: str | None = None
    directives: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.alias or self.name


@dataclass
class Inline:
    on: str | None
    below: list["Node"]
    directives: list[str] = field(default_factory=list)


@dataclass
class Spread:
    name: str
    directives: list[str] = field(default_factory=list)


Node = Field | Inline | Spread


@dataclass
class Fragment:
    name: str
    on: str
    below: list[Node]


@dataclass
class Declared:
    """A variable: its type, its default, the value that is given or UNGIVEN, and another that may be given."""

    name: str
    type: str
    default: str | None
    given: Any
    redraw: Callable[[], Any]


UNGIVEN: Any = object()


@dataclass
class Draft:
    """A whole document."""

    roots: list[Node] = field(default_factory=list)
    fragments: list[Fragment] = field(default_factory=list)
    variables: list[Declared] = field(default_factory=list)

    def given(self) -> dict[str, Any]:
        return {each.name: each.given for each in self.variables if each.given is not UNGIVEN}

    def given_again(self) -> dict[str, Any]:
        """Other values for the same variables."""
        return {each.name: each.redraw() for each in self.variables if each.given is not UNGIVEN}

    def text(self) -> str:
        declared = ", ".join(_declared(each) for each in self.variables)
        head = f"query Q({declared})" if declared else "query Q"
        parts = [f"{head} {_below(self.roots)}"]
        parts += [f"fragment {each.name} on {each.on} {_below(each.below)}" for each in self.fragments]
        return "\n".join(parts)

    def selections(self) -> Iterator[list[Node]]:
        """Every list of selections, outermost first."""
        waiting = [self.roots, *(each.below for each in self.fragments)]
        while waiting:
            nodes = waiting.pop(0)
            yield nodes
            waiting += [node.below for node in nodes if isinstance(node, Field | Inline) and node.below is not None]

    def fields(self) -> Iterator[Field]:
        for nodes in self.selections():
            yield from (node for node in nodes if isinstance(node, Field))


def _declared(variable: Declared) -> str:
    default = "" if variable.default is None else f" = {variable.default}"
    return f"${variable.name}: {variable.type}{default}"


def _below(nodes: Sequence[Node]) -> str:
    return "{ " + " ".join(_written(node) for node in nodes) + " }"


def _written(node: Node) -> str:
    directives = "".join(f" {each}" for each in node.directives)
    match node:
        case Spread(name):
            return f"...{name}{directives}"
        case Inline(on):
            condition = f" on {on}" if on else ""
            return f"...{condition}{directives} {_below(node.below)}"
    alias = f"{node.alias}: " if node.alias else ""
    args = ", ".join(f"{name}: {literal(value)}" for name, value in node.args.items())
    below = "" if node.below is None else " " + _below(node.below)
    return f"{alias}{node.name}{f'({args})' if args else ''}{directives}{below}"

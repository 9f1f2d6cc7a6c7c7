"""A subgraph's SDL: a department's part of the printed graph, with what a federation gateway has to know of it."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    FieldDefinitionNode,
    IntValueNode,
    ObjectTypeDefinitionNode,
    StringValueNode,
    parse,
    print_ast,
)

from auth.departments import CORE
from datasources.ids import CUSTOMER
from resolvers.root_types import QUERY
from schema.federation.parts import Part

# 2.9 is the highest that every composer takes.
FEDERATION = "https://specs.apollo.dev/federation/v2.9"
CLASSIFICATION = "https://customer360.example/specs/data/v1.0"
JOINS = ("@key", "@shareable", "@composeDirective", "@cost", "@listSize")
ACCESS = ("@authenticated", "@requiresScopes")


def subgraph_sdl(whole: DocumentNode, part: Part, shared: Collection[str], *, tells_access: bool = True) -> str:
    """The part as a subgraph: `shared` are the types that other subgraphs define just so.

    With `tells_access`, it also says which fields need a token. Gateways that cannot enforce that refuse to start.
    """
    head = parse(_head((*JOINS, *ACCESS) if tells_access else JOINS)).definitions
    definitions = _Definitions(part, frozenset(shared), tells_access)
    kept = [each for node in whole.definitions for each in definitions.projected(node)]
    return print_ast(DocumentNode(definitions=(*head, *kept))) + "\n"


def _head(imports: Collection[str]) -> str:
    return f"""
    extend schema
      @link(url: "https://specs.apollo.dev/link/v1.0")
      @link(url: "{FEDERATION}", import: [{", ".join(f'"{name}"' for name in imports)}])
      @link(url: "{CLASSIFICATION}", import: ["@data"])
      @composeDirective(name: "@data")
    """


class _Definitions:
    def __init__(self, part: Part, shared: Collection[str], tells_access: bool) -> None:
        self._part = part
        self._shared = shared
        self._tells_access = tells_access

    def projected(self, node: DefinitionNode) -> Iterator[DefinitionNode]:
        """The definition as the subgraph has it; none if it belongs to other departments."""
        if isinstance(node, DirectiveDefinitionNode):
            if node.name.value == "data" or (node.name.value == "oneOf" and self._part.department == CORE):
                yield node
        elif isinstance(node, ObjectTypeDefinitionNode):
            if self._part.fields.get(node.name.value):
                yield self._object(node)
        elif getattr(node, "name", None) is not None and node.name.value in self._part.types:  # type: ignore[attr-defined]
            yield node

    def _object(self, node: ObjectTypeDefinitionNode) -> ObjectTypeDefinitionNode:
        names = self._part.fields[node.name.value]
        fields = tuple(self._field(node, each) for each in node.fields or () if each.name.value in names)
        directives = (*(node.directives or ()), *self._of_type(node.name.value))
        return replace(node, fields=fields, directives=directives)

    def _of_type(self, name: str) -> tuple[ConstDirectiveNode, ...]:
        if name in self._part.entities:
            return _directives('@key(fields: "id")')
        if name in self._part.references:
            return _directives('@key(fields: "id", resolvable: false)')
        return _directives("@shareable") if name in self._shared else ()

    def _field(self, node: ObjectTypeDefinitionNode, field: FieldDefinitionNode) -> FieldDefinitionNode:
        access = self._access(node.name.value, field.name.value) if self._tells_access else ""
        kept = (_by_federation(each) for each in field.directives or ())
        return replace(field, directives=(*kept, *_directives(access)))

    def _access(self, type_: str, field: str) -> str:
        """Gateways may stop a query early by what is said here; nothing rests on it, since each subgraph decides."""
        if self._part.department == CORE:
            return "@authenticated" if type_ == QUERY else ""
        if type_ == QUERY or (type_ == CUSTOMER and field != "id"):
            return f'@authenticated @requiresScopes(scopes: [["{self._part.department}:read"]])'
        return ""


def _by_federation(directive: ConstDirectiveNode) -> ConstDirectiveNode:
    """Federation's @cost has an integer where the cost specification has a string."""
    if directive.name.value != "cost":
        return directive
    (weight,) = directive.arguments or ()
    assert isinstance(weight.value, StringValueNode)
    return replace(directive, arguments=(replace(weight, value=IntValueNode(value=weight.value.value)),))


def _directives(text: str) -> tuple[ConstDirectiveNode, ...]:
    (node,) = parse(f"type T {text}").definitions
    assert isinstance(node, ObjectTypeDefinitionNode)
    return tuple(node.directives or ())
